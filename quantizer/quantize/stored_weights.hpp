#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "quantizer/graph/edit.hpp"
#include "quantizer/graph/graph_index.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/quantized_model.hpp"
#include "quantizer/quantize/recurrent_moments.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {

// Weights that are stored as int8, one symmetric scale a row, and computed with as float32: W and R of LSTM, GRU and RNN, the table
// that Gather picks rows from. ONNX Runtime has no integer kernel for the recurrent ones but that of com.microsoft's
// DynamicQuantizeLSTM, which rounds the state in each step.

bool is_recurrent(const onnx::NodeProto& node);
/// Does Gather pick rows of a float32 initializer?
bool picks_from_table(const Model& model, const onnx::NodeProto& node);
/// Why the weights of a recurrent operator or a table stay float32; none: they can be stored as int8.
FloatReason stored_fault(const Model& model, const GraphIndex& index, const onnx::NodeProto& node);
/// Its initializers that become int8.
std::vector<std::string> stored_weights(const onnx::NodeProto& node);

/// Writes such operators. Weights of a recurrent operator become Cast and Mul, which runtimes compute once, when they open the model,
/// so that it runs as fast as before. Rows of a table are picked as int8, with their scales.
class StoredWriter {
 public:
  /// Both are kept.
  StoredWriter(const Model& source, GraphEdit& edit) : source_(source), index_(source.graph()), edit_(edit) {}

  /// Appends the operator and what it needs.
  /// @param moments  of a recurrent operator: its weights are rounded so that the errors of inputs and states that go together cancel out,
  ///                 and its bias takes back what is shifted on average; null: to the nearest
  /// @throws Error(input) naming the operator when a weight is NaN or infinite.
  QuantizedLayer write(const StoredNode& stored, onnx::NodeProto node, const RecurrentMoments* moments);

 private:
  struct Rows {
    std::string integers, scales;
    double sqnr_db = 0;
  };
  const Model& source_;
  const GraphIndex index_;
  GraphEdit& edit_;
  std::map<std::string, Rows> tables_;          // by weight
  std::map<std::string, std::string> widened_;  // weight of a recurrent operator -> its floats

  QuantizedLayer write_table(const StoredNode& stored, onnx::NodeProto node);
  QuantizedLayer write_recurrent(const StoredNode& stored, onnx::NodeProto node, const RecurrentMoments* moments);
  /// @returns the name of the floats
  std::string add_weight(const std::string& name, const TensorView& floats, QuantizedWeight weight);
  void correct_bias(const StoredNode& stored, onnx::NodeProto& node, const std::vector<double>& shifts);
};

}  // namespace iai
