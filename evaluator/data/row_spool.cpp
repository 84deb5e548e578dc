#include "evaluator/data/row_spool.hpp"

#include <cerrno>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"

namespace iai {
namespace {

constexpr std::size_t buffered = 1 << 16;   // numbers
constexpr std::size_t resident = 16 << 20;  // bytes

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::environment, temporary_folder().string() + ": " + what + ": " + std::strerror(errno),
              "set TMPDIR to a folder with space for the columns of the data");
}

}  // namespace

RowSpool::RowSpool(std::size_t width) : width_(width) {
  std::string name = (temporary_folder() / "iai-rows-XXXXXX").string();
  descriptor_ = mkstemp(name.data());
  if (descriptor_ < 0) refuse("cannot make a temporary file");
  unlink(name.c_str());
  buffer_.reserve(buffered);
}

RowSpool::~RowSpool() {
  if (map_ != nullptr) munmap(const_cast<double*>(map_), bytes_);
  if (descriptor_ >= 0) close(descriptor_);
}

void RowSpool::append(std::span<const double> row) {
  buffer_.insert(buffer_.end(), row.begin(), row.end());
  ++rows_;
  if (buffer_.size() >= buffered) flush();
}

void RowSpool::flush() {
  const char* from = reinterpret_cast<const char*>(buffer_.data());
  for (std::size_t left = buffer_.size() * sizeof(double); left > 0;) {
    const ssize_t written = write(descriptor_, from, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse("cannot write a temporary file");
    from += written;
    left -= static_cast<std::size_t>(written);
    bytes_ += static_cast<std::size_t>(written);
  }
  buffer_.clear();
}

void RowSpool::finish() {
  flush();
  buffer_ = {};
  if (bytes_ == 0) return;
  void* map = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, descriptor_, 0);
  if (map == MAP_FAILED) refuse("cannot map a temporary file");
  map_ = static_cast<const double*>(map);
}

void RowSpool::looked_at(std::int64_t rows) const {
  const std::size_t bytes = static_cast<std::size_t>(rows) * width_ * sizeof(double);
  if (looked_at_.fetch_add(bytes) + bytes < resident || map_ == nullptr) return;
  looked_at_ = 0;
  madvise(const_cast<double*>(map_), bytes_, MADV_DONTNEED);  // the mapping is shared with the file: nothing is lost
}

}  // namespace iai
