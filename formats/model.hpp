#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
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
  /// A string tensor has no bytes: its elements are in `proto`.
  std::optional<TensorView> initializer(std::string_view name) const;
  /// Adds or replaces an initializer of the main graph. A graph input of the same name keeps its place.
  void set_initializer(const std::string& name, Tensor tensor);
  /// Removes it, and the graph input of the same name that IR versions below 4 require.
  void remove_initializer(std::string_view name);
  /// Renames the initializer and the graph input of the same name; the nodes that read it are the caller's.
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

  /// name -> index in graph().initializer(). `proto` is open to everyone, so an entry counts only where the graph still
  /// agrees. Copies start empty, which keeps copies of a model independent.
  struct Positions {
    std::mutex mutex;
    std::unordered_map<std::string, int> map;
    Positions() = default;
    Positions(const Positions&) noexcept {}
    Positions& operator=(const Positions&) noexcept;
  };
  mutable Positions positions_;
  int position_of(std::string_view name) const;
};

/// The elements of a tensor of an attribute or a small initializer, whose bytes are in raw_data (as reading leaves them).
/// The view lives as long as `tensor`. @throws Error(input) when they are stored in another way.
TensorView tensor_view(const onnx::TensorProto& tensor);
/// Makes `proto` hold `tensor`; the name stays.
void store_tensor(onnx::TensorProto& proto, const TensorView& tensor);

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
/// Where the payloads of a model written to `path` go when they are external: "model.onnx.data" beside it.
std::filesystem::path external_data_path(const std::filesystem::path& path);
/// Streams the model to `path` (formats/atomic_file: temporary, fsync, rename), payload by payload.
/// @returns the files written: the model, then its data file if any.
std::vector<std::filesystem::path> write_model(const Model& model, const std::filesystem::path& path, ExternalData external = ExternalData::automatic);
/// The whole model with its payloads as one protobuf message. @throws Error(input) over 2 GiB.
std::string serialize_model(const Model& model);

/// ONNX's checker over the skeleton; payload-free initializers are shown to it as graph inputs, so the size of the
/// model does not matter. @throws Error(input) with the checker's reason, `name` in front.
void check_model(const Model& model, const std::string& name);
/// ONNX's shape inference with data propagation, in place; value_info is filled. Inference that fails is no error:
/// returns what it said, empty when all went well.
std::string infer_shapes(Model& model);
/// A copy of the skeleton after infer_shapes; payloads are shared.
Model with_inferred_shapes(Model model);

/// Largest default-domain operator set this build knows.
std::int64_t newest_opset();

}  // namespace iai
