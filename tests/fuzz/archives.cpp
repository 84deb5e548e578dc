// Archives and the NPZ arrays in them. The readers take a path, so the bytes lie in a file without a name.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "formats/archive.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"

namespace {

void read_entries(const std::filesystem::path& path) {
  iai::ArchiveLimits limits;
  limits.total_bytes = 16 << 20;
  limits.entries = 1000;
  iai::for_each_file({path}, limits, [](const std::string& name, iai::ByteStream& stream) {
    if (name.find("/../") != std::string::npos) std::abort();
    char buffer[4096];
    while (stream.read(buffer, sizeof buffer) > 0) {
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  static const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    read_entries(path);
  } catch (const iai::Error&) {
  }
  try {
    iai::read_npz(path, 16 << 20);
  } catch (const iai::Error&) {
  }
  return 0;
}
