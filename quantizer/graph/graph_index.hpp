#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <onnx/onnx_pb.h>

namespace iai {

/// Who makes and who reads each tensor of a graph. A picture of the moment: build it anew after a rewrite.
/// Reads from inside subgraphs (If, Loop, Scan) count as uses by the node that holds the subgraph, with input -1.
class GraphIndex {
 public:
  struct Use {
    int node = -1;   ///< index into graph.node()
    int input = -1;  ///< which input of it; -1: read inside a subgraph of the node
  };
  explicit GraphIndex(const onnx::GraphProto& graph);

  /// Index of the node that makes `tensor`; -1 for graph inputs, initializers and unknown names.
  int producer(std::string_view tensor) const;
  /// In the order of the nodes.
  const std::vector<Use>& uses(std::string_view tensor) const;
  bool is_graph_output(std::string_view tensor) const;
  bool is_graph_input(std::string_view tensor) const;
  /// The one node that reads `tensor` when nothing else does and it is no graph output; -1 otherwise.
  int only_user(std::string_view tensor) const;

 private:
  struct Tensor {
    int producer = -1;
    bool output = false, input = false;
    std::vector<Use> uses;
  };
  std::unordered_map<std::string, Tensor> tensors_;
  const Tensor& find(std::string_view tensor) const;
  void add_uses(const onnx::GraphProto& graph, int node);
};

}  // namespace iai
