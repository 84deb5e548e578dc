// Archives and the NPZ arrays in them. The readers take a path, so the bytes lie in a file without a name.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "formats/archive.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"
#include "tests/fuzz/memory_file.hpp"

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
  const auto& path = memory_file(data, size);
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
