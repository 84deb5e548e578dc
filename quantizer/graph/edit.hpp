#pragma once

#include <set>
#include <string>
#include <vector>

#include "formats/model.hpp"

namespace iai {

/// Rewrites the nodes of a model's main graph: nodes are appended in the order in which they shall stand, new names never
/// meet existing ones.
class GraphEdit {
 public:
  explicit GraphEdit(Model& model);

  /// `wanted`, or that with underscores behind it where it is taken; taken from now on.
  std::string new_name(std::string wanted);
  /// Adds an initializer named like `wanted`. @returns its name.
  std::string add_initializer(const std::string& wanted, Tensor tensor);
  /// Appends a new node with one output, named like `output`. @returns the output's name.
  std::string add_node(const std::string& op_type, const std::vector<std::string>& inputs, const std::string& output, const std::string& domain = {});
  /// Appends a node as it is.
  void append(onnx::NodeProto node) { nodes_.push_back(std::move(node)); }
  /// The node appended last.
  onnx::NodeProto& last() { return nodes_.back(); }

  /// Puts the appended nodes in place of the graph's. What inferred shapes said of tensors that are gone is removed, and
  /// so are weights that nobody reads.
  void commit();

 private:
  Model& model_;
  std::set<std::string> names_;
  std::vector<onnx::NodeProto> nodes_;
};

/// Makes the operators of ONNX Runtime's own domain (com.microsoft) known to the model.
void import_contrib(Model& model);

/// Sets an attribute of `node`.
void set_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value);

}  // namespace iai
