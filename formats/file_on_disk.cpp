#include "formats/file_on_disk.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"

namespace iai {
namespace {

void write_all(int descriptor, const char* bytes, std::size_t size, const std::string& name) {
  while (size > 0) {
    const auto count = ::write(descriptor, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw Error(ErrorKind::environment, name + ": cannot be unpacked to a temporary file: " + std::strerror(errno),
                  "make room, or set TMPDIR to a folder that has it");
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
}

}  // namespace

std::filesystem::path temporary_folder() {
  std::error_code failure;
  std::filesystem::path folder = std::filesystem::temp_directory_path(failure);
  if (!failure) return folder;
  const char* named = std::getenv("TMPDIR");
  throw Error(ErrorKind::environment, fmt::format("TMPDIR: {} is no folder", named == nullptr ? "/tmp" : named), "set TMPDIR to a folder that can be written");
}

FileOnDisk::FileOnDisk(ByteStream& stream, const std::string& name) {
  if (const auto* file = stream.file()) {
    path_ = *file;
    return;
  }
  std::error_code failure;
  std::string path = (temporary_folder() / "iai-XXXXXX").string();
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) throw Error(ErrorKind::environment, path + ": cannot be made: " + std::strerror(errno), "set TMPDIR to a folder that can be written");
  path_ = copy_ = path;
  register_temporary(copy_);
  try {
    std::vector<char> block(std::size_t{1} << 18);
    while (const auto count = stream.read(block.data(), block.size())) write_all(descriptor, block.data(), count, name);
  } catch (...) {
    ::close(descriptor);
    std::filesystem::remove(copy_, failure);
    forget_temporary(copy_);
    throw;
  }
  ::close(descriptor);
}

FileOnDisk::~FileOnDisk() {
  if (copy_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(copy_, ignored);
  forget_temporary(copy_);
}

}  // namespace iai
