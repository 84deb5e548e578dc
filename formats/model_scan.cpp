#include "formats/model_scan.hpp"

#include <cstdint>

#include "formats/wire.hpp"

namespace iai {

namespace {

// Field numbers of onnx.proto.
constexpr std::uint64_t model_graph = 7, graph_initializer = 5;
constexpr std::uint64_t tensor_float_data = 4, tensor_name = 8, tensor_raw_data = 9, tensor_double_data = 10;

/// raw_data, and packed floats and doubles, whose packed form is the little-endian array itself.
bool holds_elements(const WireField& field) {
  return field.delimited && (field.number == tensor_raw_data || field.number == tensor_float_data || field.number == tensor_double_data);
}

void append_message(std::string& out, std::uint64_t number, const std::string& content) {
  out += wire_header(number, content.size());
  out += content;
}

std::string scan_tensor(std::string_view text, std::size_t limit, const std::string& name, ModelScan& scan) {
  std::string key;
  std::string_view elements;
  int element_fields = 0;
  WireReader fields(text, name);
  for (WireField field; fields.next(field);) {
    if (field.delimited && field.number == tensor_name) key = field.content;
    if (!holds_elements(field)) continue;
    elements = field.content;
    ++element_fields;
  }
  // A tensor in several pieces, or without a name, goes the ordinary way.
  if (element_fields != 1 || elements.size() < limit || key.empty()) return std::string(text);
  std::string out;
  WireReader again(text, name);
  for (WireField field; again.next(field);) {
    if (!holds_elements(field)) out += field.whole;
  }
  scan.payloads.emplace_back(key, elements);
  return out;
}

std::string scan_graph(std::string_view text, std::size_t limit, const std::string& name, ModelScan& scan) {
  std::string out;
  WireReader fields(text, name);
  for (WireField field; fields.next(field);) {
    if (field.delimited && field.number == graph_initializer) append_message(out, field.number, scan_tensor(field.content, limit, name, scan));
    else out += field.whole;
  }
  return out;
}

}  // namespace

ModelScan scan_model(std::string_view bytes, std::size_t inline_limit, const std::string& name) {
  ModelScan scan;
  WireReader fields(bytes, name);
  for (WireField field; fields.next(field);) {
    if (field.delimited && field.number == model_graph) append_message(scan.skeleton, field.number, scan_graph(field.content, inline_limit, name, scan));
    else scan.skeleton += field.whole;
  }
  return scan;
}

}  // namespace iai
