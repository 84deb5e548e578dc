#include "formats/model_scan.hpp"

#include <cstdint>

#include "formats/error.hpp"

namespace iai {

namespace {

// Field numbers of onnx.proto.
constexpr std::uint64_t model_graph = 7, graph_initializer = 5, tensor_name = 8, tensor_raw_data = 9;

struct Field {
  std::uint64_t number = 0;
  bool message = false;
  std::string_view whole, content;
};

/// Walks the fields of one message.
class Wire {
 public:
  Wire(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  bool next(Field& field) {
    if (at_ == text_.size()) return false;
    const std::size_t start = at_;
    const std::uint64_t tag = varint();
    field.number = tag >> 3;
    field.message = (tag & 7) == 2;
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

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at_ < text_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(text_[at_++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }
  [[noreturn]] void fail() const {
    throw Error(ErrorKind::input, name_ + ": is no ONNX model, or is cut off", "copy or export the model again");
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

void append_message(std::string& out, std::uint64_t number, const std::string& content) {
  out += static_cast<char>(number << 3 | 2);
  std::uint64_t length = content.size();
  for (; length >= 0x80; length >>= 7) out += static_cast<char>((length & 0x7f) | 0x80);
  out += static_cast<char>(length);
  out += content;
}

std::string scan_tensor(std::string_view text, std::size_t limit, const std::string& name, ModelScan& scan) {
  std::string out, key;
  std::string_view raw, whole_raw;
  Wire wire(text, name);
  for (Field field; wire.next(field);) {
    if (field.message && field.number == tensor_name) key = field.content;
    if (field.message && field.number == tensor_raw_data) {
      raw = field.content;
      whole_raw = field.whole;
    } else {
      out += field.whole;
    }
  }
  if (raw.size() >= limit && !key.empty()) scan.payloads.emplace_back(key, raw);
  else out += whole_raw;
  return out;
}

std::string scan_graph(std::string_view text, std::size_t limit, const std::string& name, ModelScan& scan) {
  std::string out;
  Wire wire(text, name);
  for (Field field; wire.next(field);) {
    if (field.message && field.number == graph_initializer)
      append_message(out, field.number, scan_tensor(field.content, limit, name, scan));
    else out += field.whole;
  }
  return out;
}

}  // namespace

ModelScan scan_model(std::string_view bytes, std::size_t inline_limit, const std::string& name) {
  ModelScan scan;
  Wire wire(bytes, name);
  for (Field field; wire.next(field);) {
    if (field.message && field.number == model_graph)
      append_message(scan.skeleton, field.number, scan_graph(field.content, inline_limit, name, scan));
    else scan.skeleton += field.whole;
  }
  return scan;
}

}  // namespace iai
