#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/archive.hpp"

namespace iai {

/// How the bytes of a file stand for characters, and what that was concluded from.
struct Encoding {
  std::string name = "UTF-8";  ///< UTF-8, UTF-16LE, UTF-16BE, or a single-byte encoding that ICU knows
  std::size_t mark = 0;        ///< bytes of the byte order mark
  std::string evidence;
};

/// @param bytes  the beginning of a file. @throws Error(input) when it is binary or in an encoding that is not read.
Encoding find_encoding(std::string_view bytes, const std::string& file);

/// Is `text` well-formed UTF-8 (no surrogates, no overlong forms)? An incomplete sequence at the end counts as broken.
bool is_utf8(std::string_view text);
/// The first `size` bytes of UTF-8 `text`, or fewer where that would cut a character.
std::string_view first_bytes(std::string_view text, std::size_t size);

/// A byte stream as UTF-8 text in one window that moves on. Text before begin() is consumed.
/// Offsets in the stored file follow from the text alone: every encoding read here has a fixed size per code point.
class TextSource {
 public:
  /// Reads a first sample: at least `sample_bytes` and `sample_lines` line ends, unless the file or `limit` ends before.
  TextSource(ByteStream& stream, std::string file, std::size_t sample_bytes, int sample_lines, std::size_t limit, const std::string* known_encoding);
  const Encoding& encoding() const { return encoding_; }
  std::string_view text() const { return {window_.data() + begin_, size_ - begin_}; }
  /// 8 bytes beyond text() may be read (not used).
  const char* data() const { return window_.data() + begin_; }
  bool ended() const { return ended_; }
  /// Offset in the stored file of the first byte of text().
  std::uint64_t offset() const { return offset_; }
  /// Bytes that `text` takes up in the stored file.
  std::uint64_t stored_bytes(std::string_view text) const;
  void consume(std::size_t bytes);
  /// Reads on; moves the text (pointers into it are void). @throws Error(input) when over `limit` bytes are unconsumed.
  void more();
  [[noreturn]] void refuse_row() const;

 private:
  std::size_t read_raw(char* to, std::size_t size);
  void append(std::string_view raw);
  void append_utf16(std::string_view raw);
  void append_single(std::string_view raw);
  void put(std::string_view utf8);

  ByteStream& stream_;
  std::string file_;
  Encoding encoding_;
  enum class Form { utf8, utf16, single } form_ = Form::utf8;
  bool big_endian_ = false;
  std::array<std::string, 256> table_;  // single-byte encodings: UTF-8 of each byte
  std::string window_, raw_, carry_;
  std::size_t begin_ = 0, size_ = 0, limit_;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

}  // namespace iai
