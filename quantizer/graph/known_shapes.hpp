#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/model.hpp"

namespace iai {

/// Shapes of the tensors of the main graph for one sample, as ONNX infers them: a dynamic first dimension of the inputs
/// is taken as 1. A tensor of which one dimension is unknown has none. Payloads are not read.
class KnownShapes {
 public:
  using Shape = std::vector<std::int64_t>;
  explicit KnownShapes(const Model& model);

  /// Null when it is unknown, here and below.
  const Shape* find(const std::string& tensor) const;
  const Shape* input(const onnx::NodeProto& node, int position) const;
  /// Of the first output.
  const Shape* output(const onnx::NodeProto& node) const;

 private:
  void add(const onnx::ValueInfoProto& value);
  std::unordered_map<std::string, Shape> shapes_;
};

/// Null when the node has no attribute of this name.
const onnx::AttributeProto* attribute_of(const onnx::NodeProto& node, const std::string& name);
std::int64_t integer_of(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise);

}  // namespace iai
