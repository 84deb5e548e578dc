#include <charconv>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/mapped_file.hpp"
#include "formats/model.hpp"
#include "formats/model_scan.hpp"

namespace iai {

namespace {

namespace fs = std::filesystem;

/// Files beside the model that hold tensors, each mapped once.
class ExternalFiles {
 public:
  /// An empty `folder` refuses all external data.
  ExternalFiles(fs::path folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}

  Model::Payload bytes_of(const onnx::TensorProto& tensor, std::uint64_t needed) {
    std::string location;
    std::uint64_t offset = 0, length = needed;
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = number(entry.value(), tensor);
      if (entry.key() == "length") length = number(entry.value(), tensor);
    }
    const MappedFile& file = open(location, tensor);
    if (length != needed) refuse(tensor, fmt::format("has {} bytes of external data, its shape needs {}", length, needed));
    if (offset > file.bytes.size() || length > file.bytes.size() - offset)
      refuse(tensor, fmt::format("ends at byte {} of '{}', which has {}", offset + length, location, file.bytes.size()));
    return {file.bytes.subspan(offset, length), file.owner};
  }

 private:
  [[noreturn]] void refuse(const onnx::TensorProto& tensor, const std::string& what) const {
    throw Error(ErrorKind::input, fmt::format("{}: tensor '{}' {}", name_, tensor.name(), what), "copy the model again together with its data files");
  }

  std::uint64_t number(const std::string& text, const onnx::TensorProto& tensor) const {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value > std::uint64_t{1} << 62)
      refuse(tensor, fmt::format("has the impossible offset or length '{}'", text));
    return value;
  }

  const MappedFile& open(const std::string& location, const onnx::TensorProto& tensor) {
    const auto known = files_.find(location);
    if (known != files_.end()) return known->second;
    if (folder_.empty()) refuse(tensor, "is external data, which a model that is no file cannot have");
    const fs::path relative(location);
    bool inside = !location.empty() && location.find('\0') == std::string::npos && !relative.is_absolute();
    for (const auto& part : relative) inside = inside && part != "..";
    if (!inside)
      throw Error(ErrorKind::input, fmt::format("{}: tensor '{}' points outside the model's folder: '{}'", name_, tensor.name(), location),
                  "this model is not to be trusted; export it again with its data beside it");
    fs::path path = folder_;
    for (const auto& part : relative) {
      path /= part;
      std::error_code ignored;
      if (fs::is_symlink(fs::symlink_status(path, ignored)))
        throw Error(ErrorKind::input, fmt::format("{}: tensor '{}' is behind the link '{}'", name_, tensor.name(), path.string()),
                    "replace the link by the file it points to");
    }
    return files_.emplace(location, map_file(path)).first->second;
  }

  fs::path folder_;
  std::string name_;
  std::map<std::string, MappedFile> files_;
};

template <class To, class From>
void append_as(std::string& raw, const google::protobuf::RepeatedField<From>& values) {
  const std::size_t start = raw.size();
  raw.resize(start + static_cast<std::size_t>(values.size()) * sizeof(To));
  for (int i = 0; i < values.size(); ++i) {
    const To value = static_cast<To>(values[i]);
    std::memcpy(raw.data() + start + static_cast<std::size_t>(i) * sizeof(To), &value, sizeof(To));
  }
}

/// Rewrites float_data, int32_data ... as raw_data. @source onnx.proto, comments of TensorProto
void typed_to_raw(onnx::TensorProto& tensor) {
  std::string raw;
  append_as<float>(raw, tensor.float_data());
  append_as<double>(raw, tensor.double_data());
  append_as<std::int64_t>(raw, tensor.int64_data());
  const auto type = static_cast<ElementType>(tensor.data_type());
  if (type == ElementType::uint32) append_as<std::uint32_t>(raw, tensor.uint64_data());
  else append_as<std::uint64_t>(raw, tensor.uint64_data());
  if (type == ElementType::int32) append_as<std::int32_t>(raw, tensor.int32_data());
  else if (element_size(type) == 2) append_as<std::uint16_t>(raw, tensor.int32_data());
  else append_as<std::uint8_t>(raw, tensor.int32_data());  // bytes, booleans, float8 and packed pairs
  tensor.clear_float_data();
  tensor.clear_double_data();
  tensor.clear_int64_data();
  tensor.clear_uint64_data();
  tensor.clear_int32_data();
  tensor.set_raw_data(std::move(raw));
}

class Reader {
 public:
  Reader(std::string name, const fs::path& folder) : name_(std::move(name)), external_(folder, name_) {}

  Model read(std::string_view bytes, const std::shared_ptr<const void>& owner) {
    const ModelScan scan = scan_model(bytes, Model::inline_limit, name_);
    Model model;
    if (scan.skeleton.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) || !model.proto.ParseFromString(scan.skeleton) ||
        !model.proto.has_graph() || model.proto.ir_version() == 0)
      throw Error(ErrorKind::input, name_ + ": is no ONNX model", "export the model to ONNX, or copy it again");
    for (const auto& [tensor, content] : scan.payloads) {
      if (model.payload(tensor) != nullptr) refuse_duplicate(tensor);
      model.attach_payload(tensor, {std::as_bytes(std::span(content.data(), content.size())), owner});
    }
    settle_initializers(model);
    settle_inner(model);
    return model;
  }

 private:
  [[noreturn]] void refuse_duplicate(const std::string& tensor) const {
    throw Error(ErrorKind::input, fmt::format("{}: two initializers are named '{}'", name_, tensor), "export the model again");
  }

  std::uint64_t needed_bytes(const onnx::TensorProto& tensor) const {
    const std::vector<std::int64_t> shape(tensor.dims().begin(), tensor.dims().end());
    const auto type = static_cast<ElementType>(tensor.data_type());
    std::optional<std::uint64_t> bytes;
    try {
      bytes = stored_bytes(type, element_count(shape));
    } catch (const Error&) {  // told below, with the file and the tensor
    }
    if (!bytes)
      throw Error(ErrorKind::input,
                  fmt::format("{}: tensor '{}' of {} {} is impossible or of an unknown type", name_, tensor.name(), type_name(type), shape_text(shape)),
                  "export the model again");
    return *bytes;
  }

  void check_size(const onnx::TensorProto& tensor, std::uint64_t present) const {
    const std::uint64_t needed = needed_bytes(tensor);
    if (needed == present) return;
    throw Error(
        ErrorKind::input,
        fmt::format("{}: tensor '{}' of {} {} needs {} bytes, the model has {}", name_, tensor.name(), type_name(static_cast<ElementType>(tensor.data_type())),
                    shape_text(std::vector<std::int64_t>(tensor.dims().begin(), tensor.dims().end())), needed, present),
        "export the model again");
  }

  /// Leaves the elements of `tensor` in raw_data. @returns the payload instead where `keep_mapped` and large.
  Model::Payload settle(onnx::TensorProto& tensor, bool keep_mapped) {
    if (static_cast<ElementType>(tensor.data_type()) == ElementType::string) return {};
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
      Model::Payload payload = external_.bytes_of(tensor, needed_bytes(tensor));
      tensor.clear_external_data();
      tensor.clear_data_location();
      if (keep_mapped && payload.bytes.size() >= Model::inline_limit) return payload;
      tensor.set_raw_data(payload.bytes.data(), payload.bytes.size());
      return {};
    }
    if (!tensor.has_raw_data()) typed_to_raw(tensor);
    check_size(tensor, tensor.raw_data().size());
    if (!keep_mapped || tensor.raw_data().size() < Model::inline_limit) return {};
    const auto owner = std::make_shared<const std::string>(std::move(*tensor.mutable_raw_data()));
    tensor.clear_raw_data();
    return {std::as_bytes(std::span(owner->data(), owner->size())), owner};
  }

  void settle_initializers(Model& model) {
    std::set<std::string> names;
    for (auto& tensor : *model.graph().mutable_initializer()) {
      if (!names.insert(tensor.name()).second) refuse_duplicate(tensor.name());
      if (const auto* mapped = model.payload(tensor.name()); mapped != nullptr) {
        check_size(tensor, mapped->bytes.size());
        continue;
      }
      Model::Payload payload = settle(tensor, true);
      if (payload.owner) model.attach_payload(tensor.name(), std::move(payload));
    }
  }

  void settle_sparse(onnx::SparseTensorProto& sparse) {
    settle(*sparse.mutable_values(), false);
    settle(*sparse.mutable_indices(), false);
  }

  void settle_attributes(google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
    for (auto& node : nodes) {
      for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) settle(*attribute.mutable_t(), false);
        for (auto& tensor : *attribute.mutable_tensors()) settle(tensor, false);
        if (attribute.has_sparse_tensor()) settle_sparse(*attribute.mutable_sparse_tensor());
        for (auto& sparse : *attribute.mutable_sparse_tensors()) settle_sparse(sparse);
        if (attribute.has_g()) settle_graph(*attribute.mutable_g());
        for (auto& graph : *attribute.mutable_graphs()) settle_graph(graph);
      }
    }
  }

  void settle_graph(onnx::GraphProto& graph) {
    for (auto& tensor : *graph.mutable_initializer()) settle(tensor, false);
    for (auto& sparse : *graph.mutable_sparse_initializer()) settle_sparse(sparse);
    settle_attributes(*graph.mutable_node());
  }

  /// Everything but the main graph's initializers.
  void settle_inner(Model& model) {
    for (auto& sparse : *model.graph().mutable_sparse_initializer()) settle_sparse(sparse);
    settle_attributes(*model.graph().mutable_node());
    for (auto& function : *model.proto.mutable_functions()) settle_attributes(*function.mutable_node());
  }

  std::string name_;
  ExternalFiles external_;
};

}  // namespace

Model read_model(const fs::path& path) {
  const MappedFile file = map_file(path);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  return Reader(path.string(), folder).read({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, file.owner);
}

Model parse_model(std::string_view bytes, const std::string& name) {
  const auto owner = std::make_shared<const std::string>(bytes);
  return Reader(name, {}).read(*owner, owner);
}

}  // namespace iai
