#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/graph/graph_index.hpp"
#include "quantizer/quantize/float_reason.hpp"
#include "quantizer/quantize/target.hpp"

namespace iai {

/// A node that will compute with integers (static form), and the tensors it does so with.
struct LinearNode {
  int node = -1;  ///< index into graph.node()
  std::string name, op_type;
  std::string input;              ///< activation, quantized per tensor
  std::string other;              ///< MatMul of two activations: the right one; else empty
  std::string weight;             ///< float32 initializer; empty when `other` is set
  int axis = 0;                   ///< of the weight, along which each channel has its scale
  int input_axis = 1;             ///< of the input, along which its channels lie; -1: the last
  std::string bias;               ///< float32 initializer [channels] that becomes int32; empty: none
  std::string output;             ///< tensor the node itself makes
  std::string result;             ///< the tensor behind activations that the runtime fuses (Relu, Clip): where a quantized output is cut
  bool wide = false;              ///< its activations have 16 bits, its bias stays float
  bool output_quantized = false;  ///< the runtime has an integer kernel only when the output is quantized too
};

/// A node with weights that stays in floating point.
struct FloatNode {
  int node = -1;  ///< index into graph.node()
  std::string name, op_type;
  FloatReason reason;
};

/// An operator that computes in float32 with weights that are stored as int8 (quantizer/quantize/stored_weights.hpp).
struct StoredNode {
  int node = -1;  ///< index into graph.node()
  std::string name, op_type;
};

/// What of a model will be quantized. Built from the skeleton: no payload is read.
struct QuantizationPlan {
  std::vector<LinearNode> linear;  ///< in the order of the nodes
  std::vector<StoredNode> stored;  ///< in the order of the nodes
  std::vector<FloatNode> floats;
  /// Tensors that get QuantizeLinear and DequantizeLinear -> the tensor whose observed range they use. They differ where
  /// operators only move values (MaxPool, Reshape, Transpose ...) and where the parts of a Concat share its scale.
  std::map<std::string, std::string> ranges;
  /// Tensors (of sources()) whose integers have 16 bits.
  std::set<std::string> wide;
  /// Of a tensor of `ranges`.
  const ActivationScheme& scheme_of(const std::string& tensor, const ActivationScheme& usual) const;
  /// The tensors whose ranges are used: the distinct values of `ranges`, sorted.
  std::vector<std::string> sources() const;
  /// The tensors to observe, sorted: all of `ranges`, so that what was seen also serves a plan that leaves more in float.
  std::vector<std::string> observed() const;
};

/// Names of operators that are to stay in float, and why.
using KeepFloat = std::map<std::string, FloatReason>;

struct PlanOptions {
  std::vector<std::string> exclude;    ///< globs (* ?) over node names and operator types
  bool attention = true;               ///< MatMul of two activations too
  KeepFloat keep_float;                ///< names are LinearNode::name
  std::vector<std::string> wide = {};  ///< globs over node names and operator types: 16-bit activations
  std::set<std::string> widened = {};  ///< names that an accuracy limit sent to 16-bit activations
  bool stored = true;                  ///< weights of recurrent operators and tables of Gather as int8
};

/// Decides operator by operator. Conv, ConvTranspose, Gemm and MatMul with constant float32 weights are quantized, those of
/// LSTM, GRU and RNN and the tables of Gather stored; so all
/// that lies before the first of them (normalization of raw engineering units) and everything element-wise stays float, and
/// so do Gemm and MatMul of fewer than four outputs in a model that has larger ones.
/// @param model  checked, batch norms folded (quantizer/graph/fold.hpp), shapes inferred where they can be
/// @throws Error(input) when the model holds quantization operators already; Error(usage) when a pattern names nothing.
QuantizationPlan plan_quantization(const Model& model, const PlanOptions& options);

/// Tensors that operators with weights read, with the axis of their channels: what an Observer is given. Not those that one
/// operator reads as they are and another transposed.
std::map<std::string, int> channel_axes(const QuantizationPlan& plan);

/// @throws Error(usage) naming a pattern that no node of the main graph fits.
void check_patterns(const onnx::GraphProto& graph, const std::vector<std::string>& patterns, std::string_view flag);
/// @throws Error(input) when the graph has QuantizeLinear, DequantizeLinear or integer operators.
void refuse_quantized(const Model& model);

}  // namespace iai
