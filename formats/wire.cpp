#include "formats/wire.hpp"

#include "formats/error.hpp"

namespace iai {

bool WireReader::next(WireField& field) {
  if (at_ == text_.size()) return false;
  const std::size_t start = at_;
  const std::uint64_t tag = varint();
  field.number = tag >> 3;
  field.delimited = (tag & 7) == 2;
  if (field.number == 0) fail();
  std::uint64_t length = 0;
  switch (tag & 7) {
    case 0: varint(); break;
    case 1: length = 8; break;
    case 2: length = varint(); break;
    case 5: length = 4; break;
    default: fail();
  }
  if (length > text_.size() - at_) fail();
  field.content = text_.substr(at_, length);
  at_ += length;
  field.whole = text_.substr(start, at_ - start);
  return true;
}

std::uint64_t WireReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at_ < text_.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  fail();
}

void WireReader::fail() const { throw Error(ErrorKind::input, name_ + ": is no ONNX model, or is cut off", "copy or export the model again"); }

namespace {

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

std::string wire_header(std::uint64_t number, std::uint64_t length) {
  std::string out;
  append_varint(out, number << 3 | 2);
  append_varint(out, length);
  return out;
}

}  // namespace iai
