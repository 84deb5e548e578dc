#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace iai {

/// One field of a protobuf message, seen in place.
struct WireField {
  std::uint64_t number = 0;
  bool delimited = false;           ///< wire type 2: a message, a string, bytes or packed numbers
  std::string_view whole, content;  ///< with and without tag and length
};

/// Walks the fields of one serialized message without copying.
/// @source Protocol Buffers, "Encoding" (wire types 0, 1, 2 and 5; groups are refused)
class WireReader {
 public:
  /// `name` is used in errors and must outlive the reader.
  WireReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}
  /// @throws Error(input) naming `name` when the text is broken or cut off.
  bool next(WireField& field);

 private:
  std::uint64_t varint();
  [[noreturn]] void fail() const;

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

/// Tag and length of a delimited field whose content has `length` bytes.
std::string wire_header(std::uint64_t number, std::uint64_t length);

}  // namespace iai
