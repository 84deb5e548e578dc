#include <cstdlib>
#include <map>

#include "formats/error.hpp"
#include "registry/registry.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

fs::path Registry::locate(const fs::path& chosen) {
  if (!chosen.empty()) return fs::absolute(chosen);
  if (const std::string file = environment("IAI_REGISTRY"); !file.empty()) return fs::absolute(file);
  for (fs::path folder = fs::current_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / ".iai" / "registry.db")) return folder / ".iai" / "registry.db";
    if (folder == folder.parent_path()) break;
  }
  if (const fs::path data = environment("XDG_DATA_HOME"); data.is_absolute()) return data / "iai" / "registry.db";
  if (const fs::path home = environment("HOME"); !home.empty()) return home / ".local" / "share" / "iai" / "registry.db";
  throw Error(ErrorKind::environment, "there is no place for a registry: HOME is not set", "run iai init, or name a file with --registry");
}

fs::path Registry::project_folder_of(const fs::path& registry) {
  const fs::path folder = fs::absolute(registry).lexically_normal().parent_path();
  return folder.filename() == ".iai" ? folder.parent_path() : folder;
}

std::string network_file_system(std::uint32_t type) {
  // The numbers of linux/magic.h and of the file systems' own headers.
  static const std::map<std::uint32_t, const char*> names = {{0x6969, "NFS"},       {0x517b, "SMB"},        {0xfe534d42, "SMB"},    {0xff534d42, "CIFS"},
                                                             {0x564c, "NCP"},       {0x5346414f, "AFS"},    {0x6b414653, "AFS"},    {0x73757245, "Coda"},
                                                             {0x01021997, "9P"},    {0x00c36400, "Ceph"},   {0x0bd00bd0, "Lustre"}, {0x01161970, "GFS2"},
                                                             {0x7461636f, "OCFS2"}, {0x19830326, "BeeGFS"}, {0x47504653, "GPFS"}};
  const auto found = names.find(type);
  return found == names.end() ? "" : found->second;
}

}  // namespace iai
