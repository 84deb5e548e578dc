#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "formats/archive.hpp"

namespace iai {

/// A longer line is passed over.
constexpr std::size_t most_line_bytes = 16 << 20;

/// The bytes of a file, line by line, in one window that moves on.
class LineWindow {
 public:
  explicit LineWindow(ByteStream& stream) : stream_(stream) {}

  /// Reads on until `size` bytes from the current line on are there, or the stream ends.
  void fill(std::size_t size) {
    while (size_ - begin_ < size && !ended_) more();
  }
  std::string_view text() const { return {window_.data() + begin_, size_ - begin_}; }
  bool ended() const { return ended_; }
  std::uint64_t offset() const { return offset_; }
  /// Bytes that may be read from the start of text() on.
  std::size_t allocated() const { return window_.size() - begin_; }
  void consume(std::size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
  }

  /// The line at the start of the text without its end; `taken` with it. false at the end of the file.
  bool line(std::string_view& line, std::size_t& taken, bool& too_long) {
    too_long = false;
    for (std::size_t seen = 0;;) {
      const auto here = text();
      const auto end = here.find('\n', seen);
      if (end != std::string_view::npos || ended_) {
        taken = end == std::string_view::npos ? here.size() : end + 1;
        line = here.substr(0, std::min(end, here.size()));
        too_long = line.size() > most_line_bytes;
        return taken > 0;
      }
      seen = here.size();
      if (seen > most_line_bytes) return skip_line(line, taken, too_long);
      more();
    }
  }

 private:
  static constexpr std::size_t chunk_bytes = 256 << 10;
  void more() {
    if (begin_ > 0) {
      std::memmove(window_.data(), window_.data() + begin_, size_ - begin_);
      size_ -= begin_;
      begin_ = 0;
    }
    const auto step = std::max(chunk_bytes, size_);
    if (window_.size() < size_ + step + simdjson::SIMDJSON_PADDING) window_.resize(size_ + step + simdjson::SIMDJSON_PADDING);
    const auto count = stream_.read(window_.data() + size_, step);
    size_ += count;
    ended_ = count == 0;
  }
  /// Throws the rest of an endless line away, up to its end.
  bool skip_line(std::string_view& line, std::size_t& taken, bool& too_long) {
    too_long = true;
    line = {};
    for (;;) {
      const auto end = text().find('\n');
      if (end != std::string_view::npos || ended_) {
        taken = end == std::string_view::npos ? text().size() : end + 1;
        return true;
      }
      consume(text().size());
      more();
    }
  }

  ByteStream& stream_;
  std::string window_;
  std::size_t begin_ = 0, size_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

}  // namespace iai
