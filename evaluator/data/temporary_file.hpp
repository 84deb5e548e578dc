#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "formats/error.hpp"

namespace iai {

/// Records of one size in a file without a name, made with the first of them: written one behind the other, then read from
/// anywhere. What fails is an Error(environment) that says what the file is for.
template <class Record>
class TemporaryFile {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  /// @param purpose  "rows are sorted in"
  explicit TemporaryFile(std::string purpose) : purpose_(std::move(purpose)) {}
  bool empty() const { return count_ == 0; }

  /// @returns the place of the first one
  std::uint64_t append(std::span<const Record> records) {
    if (!file_) file_.reset(std::tmpfile());
    if (!file_) fail();
    seek(count_);
    if (std::fwrite(records.data(), sizeof(Record), records.size(), file_.get()) != records.size()) fail();
    count_ += records.size();
    return count_ - records.size();
  }
  void read(std::uint64_t first, std::span<Record> records) {
    seek(first);
    if (std::fread(records.data(), sizeof(Record), records.size(), file_.get()) != records.size()) fail();
  }
  void clear() {
    file_.reset();
    count_ = 0;
  }

 private:
  void seek(std::uint64_t place) {  // and what was written before reaches the file
    if (fseeko(file_.get(), static_cast<off_t>(place * sizeof(Record)), SEEK_SET) != 0) fail();
  }
  [[noreturn]] void fail() const {
    throw Error(ErrorKind::environment, "the temporary file that " + purpose_ + ": " + std::strerror(errno), "free some space in /tmp");
  }

  std::string purpose_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
  std::uint64_t count_ = 0;
};

}  // namespace iai
