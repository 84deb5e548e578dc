#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <onnx/onnx_pb.h>

#include "formats/tensor.hpp"

namespace iai {

/// An ONNX model as a protobuf skeleton plus tensor payloads.
///
/// The file is memory-mapped and its wire format scanned once. Initializers of the main graph whose payload is
/// `inline_limit` bytes or more have no data in `proto` (data_location stays DEFAULT, raw_data is absent); their bytes
/// stay in the map (or in the external data file's map) and are reached by name. Smaller ones and every tensor inside
/// attributes or subgraphs stay in the skeleton as raw_data. Copying a Model is cheap: payloads are shared.
class Model {
 public:
  static constexpr std::size_t inline_limit = 1024;

  onnx::ModelProto proto;

  onnx::GraphProto& graph() { return *proto.mutable_graph(); }
  const onnx::GraphProto& graph() const { return proto.graph(); }

  /// Is there an initializer of this name in the main graph?
  bool has_initializer(std::string_view name) const;
  /// The initializer's elements, or nothing when there is none of this name. The view lives as long as this model
  /// (or a copy of it) holds the initializer.
  std::optional<TensorView> initializer(std::string_view name) const;
  /// Adds or replaces an initializer of the main graph. A graph input of the same name keeps its place.
  void set_initializer(const std::string& name, Tensor tensor);
  void remove_initializer(std::string_view name);
  void rename_initializer(const std::string& from, const std::string& to);

  /// Version of the default operator set ("" or "ai.onnx"), 0 when none is imported.
  std::int64_t opset() const;
  void set_opset(std::int64_t version);

  /// A payload that is not in the skeleton, for readers and writers in formats/.
  struct Payload {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
  };
  const Payload* payload(std::string_view name) const;
  void attach_payload(const std::string& name, Payload payload);

 private:
  std::unordered_map<std::string, Payload> payloads_;
  mutable std::unordered_map<std::string, int> positions_;  // name -> index in graph().initializer(), rebuilt when stale
  int position_of(std::string_view name) const;
};

/// Maps `path` and reads the skeleton; external data files are mapped too and must lie in the model's folder.
/// @throws Error(input) naming the file when it is missing, not ONNX, truncated, or points outside its folder.
Model read_model(const std::filesystem::path& path);
/// The same from bytes that are copied; `name` is used in errors. External data is refused.
Model parse_model(std::string_view bytes, const std::string& name);

enum class ExternalData {
  automatic,  ///< one file, external when the whole would exceed 2 GiB
  always,     ///< payloads into NAME.data beside the model
  never,      ///< one file; Error(input) over 2 GiB
};
/// Streams the model to `path` (formats/atomic_file: temporary, fsync, rename), payload by payload.
/// @returns the files written: the model, then its data file if any.
std::vector<std::filesystem::path> write_model(const Model& model, const std::filesystem::path& path,
                                               ExternalData external = ExternalData::automatic);
/// The whole model with its payloads as one protobuf message. @throws Error(input) over 2 GiB.
std::string serialize_model(const Model& model);

/// ONNX's checker over the skeleton; payload-free initializers are shown to it as graph inputs, so the size of the
/// model does not matter. @throws Error(input) with the checker's reason, `name` in front.
void check_model(const Model& model, const std::string& name);
/// ONNX's shape inference with data propagation, in place; value_info is filled. Inference that fails is no error:
/// returns what it said, empty when all went well.
std::string infer_shapes(Model& model);

/// Largest default-domain operator set this build knows.
std::int64_t newest_opset();

}  // namespace iai
