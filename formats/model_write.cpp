#include <deque>

#include <fmt/format.h>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/model.hpp"
#include "formats/wire.hpp"

namespace iai {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t protobuf_limit = (std::uint64_t{1} << 31) - 1;
constexpr std::uint64_t page = 4096;                                                  // onnx.proto asks for offsets that can be mapped
constexpr std::uint64_t model_graph = 7, graph_initializer = 5, tensor_raw_data = 9;  // field numbers of onnx.proto

const Model::Payload* payload_of(const Model& model, const onnx::TensorProto& tensor) { return tensor.has_raw_data() ? nullptr : model.payload(tensor.name()); }

/// A serialized model with the payloads in their place, as views: the text exists nowhere in one piece.
class Pieces {
 public:
  explicit Pieces(const Model& model) : model_(model) {
    if (model.proto.ByteSizeLong() > protobuf_limit) throw Error(ErrorKind::input, "the graph without its weights exceeds 2 GiB");
    skeleton_ = model.proto.SerializeAsString();
    WireReader fields(skeleton_, name_);
    for (WireField field; fields.next(field);) {
      if (field.delimited && field.number == model_graph) add_graph(field.content);
      else add(field.whole);
    }
  }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  std::uint64_t size() const { return size_; }
  const std::vector<std::string_view>& parts() const { return parts_; }

 private:
  void add(std::string_view text) {
    parts_.push_back(text);
    size_ += text.size();
  }
  void add_header(std::uint64_t number, std::uint64_t length) { add(headers_.emplace_back(wire_header(number, length))); }

  static std::uint64_t with_raw_data(std::uint64_t size, const Model::Payload& payload) {
    return size + wire_header(tensor_raw_data, payload.bytes.size()).size() + payload.bytes.size();
  }

  /// One of another wire type is a field that onnx.proto does not know, kept as it was.
  static bool is_initializer(const WireField& field) { return field.delimited && field.number == graph_initializer; }

  void add_graph(std::string_view graph) {
    // Lengths stand before contents, so they are summed first. Initializers are serialized in their order.
    std::uint64_t length = 0;
    int position = 0;
    WireReader lengths(graph, name_);
    for (WireField field; lengths.next(field);) {
      const Model::Payload* payload = is_initializer(field) ? payload_of(model_, model_.graph().initializer(position++)) : nullptr;
      if (payload == nullptr) {
        length += field.whole.size();
        continue;
      }
      const std::uint64_t size = with_raw_data(field.content.size(), *payload);
      length += wire_header(graph_initializer, size).size() + size;
    }
    add_header(model_graph, length);
    position = 0;
    WireReader fields(graph, name_);
    for (WireField field; fields.next(field);) {
      const Model::Payload* payload = is_initializer(field) ? payload_of(model_, model_.graph().initializer(position++)) : nullptr;
      if (payload == nullptr) add(field.whole);
      else add_tensor(field.content, *payload);
    }
  }

  void add_tensor(std::string_view tensor, const Model::Payload& payload) {
    add_header(graph_initializer, with_raw_data(tensor.size(), payload));
    bool written = false;
    const auto add_payload = [&] {
      add_header(tensor_raw_data, payload.bytes.size());
      add({reinterpret_cast<const char*>(payload.bytes.data()), payload.bytes.size()});
      written = true;
    };
    // In the order of the field numbers, as protobuf itself would write it.
    WireReader fields(tensor, name_);
    for (WireField field; fields.next(field);) {
      if (!written && field.number > tensor_raw_data) add_payload();
      add(field.whole);
    }
    if (!written) add_payload();
  }

  const Model& model_;
  const std::string name_ = "model in memory";
  std::string skeleton_;
  std::deque<std::string> headers_;  // a deque, because views into its strings must stay
  std::vector<std::string_view> parts_;
  std::uint64_t size_ = 0;
};

void add_entry(onnx::TensorProto& tensor, const std::string& key, const std::string& value) {
  auto* entry = tensor.add_external_data();
  entry->set_key(key);
  entry->set_value(value);
}

/// Writes the payloads one after another and points the initializers of `skeleton` at them.
void write_payloads(const Model& model, onnx::ModelProto& skeleton, AtomicFile& data, const std::string& location) {
  const std::string zeros(page, '\0');
  for (auto& tensor : *skeleton.mutable_graph()->mutable_initializer()) {
    const Model::Payload* payload = payload_of(model, tensor);
    if (payload == nullptr) continue;
    data.write(std::string_view(zeros).substr(0, (page - data.size() % page) % page));
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    tensor.clear_external_data();
    add_entry(tensor, "location", location);
    add_entry(tensor, "offset", std::to_string(data.size()));
    add_entry(tensor, "length", std::to_string(payload->bytes.size()));
    data.write(payload->bytes);
  }
}

void write_pieces(const Pieces& pieces, AtomicFile& file) {
  for (const std::string_view part : pieces.parts()) file.write(part);
}

std::vector<fs::path> write_external(const Model& model, const fs::path& path) {
  const fs::path data_path = external_data_path(path);
  AtomicFile file(path), data(data_path);
  Model skeleton;
  skeleton.proto = model.proto;
  write_payloads(model, skeleton.proto, data, data_path.filename().string());
  if (data.size() == 0) {
    write_pieces(Pieces(skeleton), file);
    file.commit();
    return {path};
  }
  write_pieces(Pieces(skeleton), file);
  data.commit();  // first, so that the model never points at a file that is not there
  file.commit();
  return {path, data_path};
}

}  // namespace

fs::path external_data_path(const fs::path& path) {
  fs::path data = path;
  data += ".data";
  return data;
}

std::vector<fs::path> write_model(const Model& model, const fs::path& path, ExternalData external) {
  if (external == ExternalData::always) return write_external(model, path);
  const Pieces pieces(model);
  if (pieces.size() > protobuf_limit) {
    if (external == ExternalData::automatic) return write_external(model, path);
    throw Error(ErrorKind::input, fmt::format("{}: the model has {} bytes, one ONNX file can hold 2 GiB", path.string(), pieces.size()),
                "let the weights go to a file of their own: --external-data automatic");
  }
  AtomicFile file(path);
  write_pieces(pieces, file);
  file.commit();
  return {path};
}

std::string serialize_model(const Model& model) {
  const Pieces pieces(model);
  if (pieces.size() > protobuf_limit) throw Error(ErrorKind::input, fmt::format("the model has {} bytes, one ONNX message can hold 2 GiB", pieces.size()));
  std::string text;
  text.reserve(pieces.size());
  for (const std::string_view part : pieces.parts()) text += part;
  return text;
}

}  // namespace iai
