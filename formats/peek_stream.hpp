#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "formats/archive.hpp"

namespace iai {

/// Looks at the beginning of a stream without taking it away.
class PeekStream : public ByteStream {
 public:
  PeekStream(ByteStream& source, std::size_t size) : source_(source), head_(size, '\0') {
    std::size_t done = 0;
    while (const auto count = done == size ? 0 : source_.read(head_.data() + done, size - done)) done += count;
    whole_ = done < size;
    head_.resize(done);
  }
  std::string_view head() const { return head_; }
  /// Is the head the whole stream?
  bool whole() const { return whole_; }
  std::size_t read(char* buffer, std::size_t size) override {
    if (at_ == head_.size()) return source_.read(buffer, size);
    const auto count = std::min(size, head_.size() - at_);
    std::memcpy(buffer, head_.data() + at_, count);
    at_ += count;
    return count;
  }
  const std::filesystem::path* file() const override { return source_.file(); }

 private:
  ByteStream& source_;
  std::string head_;
  std::size_t at_ = 0;
  bool whole_ = false;
};

}  // namespace iai
