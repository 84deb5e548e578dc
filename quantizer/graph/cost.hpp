#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/model.hpp"

namespace iai {

/// Multiply-accumulates of one node that has them, for one sample.
struct NodeCost {
  std::string node;  ///< its name, or the name of its first output
  std::string operation;
  std::optional<std::int64_t> multiply_accumulates;  ///< nothing where a shape that it depends on is unknown
};

/// What a model holds and computes.
struct ModelCost {
  std::int64_t parameters = 0;                         ///< elements of weights; 64-bit integers and booleans are shapes, axes and switches
  std::uint64_t bytes = 0;                             ///< of all weights
  std::map<std::string, std::uint64_t> bytes_by_type;  ///< type name -> bytes
  std::vector<NodeCost> nodes;                         ///< in the order of the graph
  std::vector<std::string> uncounted;                  ///< operators of other domains that may multiply, sorted, without repeats
  std::int64_t known_multiply_accumulates = 0;         ///< sum over the nodes whose shapes are known
  int unknown_nodes = 0;                               ///< nodes that multiply an unknown number of times

  /// The whole; nothing where a part is unknown.
  std::optional<std::int64_t> multiply_accumulates() const {
    return unknown_nodes > 0 || !uncounted.empty() ? std::nullopt : std::optional(known_multiply_accumulates);
  }
};

/// Counts from the shapes that ONNX infers; a dynamic first dimension of the inputs is taken as 1. Payloads are not read.
/// Counted: Conv, ConvTranspose, DeformConv, Gemm, MatMul, Einsum, RNN, GRU, LSTM, Attention and their integer and
/// quantized forms, also those of ONNX Runtime's domain; not counted: biases, element-wise operators, normalisation,
/// pooling. Nodes inside If, Loop and Scan that multiply are unknown, since how often they run is.
ModelCost count_cost(const Model& model);

}  // namespace iai
