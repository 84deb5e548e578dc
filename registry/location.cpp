#include <cstdlib>

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
  throw Error(ErrorKind::environment, "there is no place for a registry: HOME is not set",
              "run iai init, or name a file with --registry");
}

fs::path Registry::project_folder() const {
  const fs::path folder = fs::absolute(path()).lexically_normal().parent_path();
  return folder.filename() == ".iai" ? folder.parent_path() : folder;
}

}  // namespace iai
