#include "quantizer/quantize/layer_weights.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "formats/decibels.hpp"
#include "quantizer/graph/fold.hpp"

namespace iai {
namespace {

/// Integers less their zero points, and their scales.
struct StoredWeight {
  std::vector<float> integers;
  std::vector<float> scales;  // one, or one a channel
  int axis = 0;
};

/// All weights of one column meet the same input: one of each channel.
std::size_t column_of(const AxisLayout& layout, std::size_t i) { return i / (layout.inner * layout.channels) * layout.inner + i % layout.inner; }

/// The node that computes the layer in the quantized model; null where there is none of its kind.
const onnx::NodeProto* integer_node(const Model& source, const Model& quantized, const GraphIndex& index, const QuantizedLayer& layer) {
  const onnx::NodeProto& node = source.graph().node(layer.node);
  int at = index.producer(node.output(0));
  for (int steps = 0; at >= 0 && steps < 2; ++steps) {  // an output of the model stands behind its integers
    const onnx::NodeProto& found = quantized.graph().node(at);
    if (found.op_type() != "DequantizeLinear" && found.op_type() != "QuantizeLinear") break;
    at = index.producer(found.input(0));
  }
  if (at < 0 || quantized.graph().node(at).op_type() != node.op_type() || quantized.graph().node(at).input_size() < 2) return nullptr;
  return &quantized.graph().node(at);
}

std::optional<StoredWeight> stored_weight(const Model& quantized, const GraphIndex& index, const std::string& tensor) {
  const int at = index.producer(tensor);
  if (at < 0 || quantized.graph().node(at).op_type() != "DequantizeLinear") return std::nullopt;
  const onnx::NodeProto& node = quantized.graph().node(at);
  const auto values = quantized.initializer(node.input(0)), scales = quantized.initializer(node.input(1));
  if (!values || !scales || find_attribute(node, "block_size") != nullptr) return std::nullopt;
  StoredWeight weight{to_floats(*values), to_floats(*scales), static_cast<int>(int_attribute(node, "axis", 1))};
  const auto rank = static_cast<int>(values->shape.size());
  if (weight.axis < 0) weight.axis += rank;
  if (weight.axis < 0 || weight.axis >= rank) weight.axis = 0;
  const AxisLayout layout = axis_layout(values->shape, weight.axis);
  if (weight.scales.size() != 1 && weight.scales.size() != layout.channels) return std::nullopt;
  if (node.input_size() < 3 || !quantized.has_initializer(node.input(2))) return weight;
  const std::vector<float> zeros = to_floats(*quantized.initializer(node.input(2)));
  if (zeros.size() != weight.scales.size()) return std::nullopt;
  for (std::size_t i = 0; i < weight.integers.size(); ++i) weight.integers[i] -= zeros[zeros.size() == 1 ? 0 : layout.channel(i)];
  return weight;
}

double sqnr_db(std::span<const float> floats, const StoredWeight& weight, const AxisLayout& layout) {
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const double value = static_cast<double>(floats[i]);
    const double scale = static_cast<double>(weight.scales[weight.scales.size() == 1 ? 0 : layout.channel(i)]);
    const double difference = static_cast<double>(weight.integers[i]) * scale - value;
    signal += value * value;
    noise += difference * difference;
  }
  return decibels(signal, noise);
}

/// What is lost of each column, and which of them stands out. @param layout  by the axis that the layer's weights should have
void add_columns(std::span<const float> floats, const StoredWeight& weight, const AxisLayout& stored, const AxisLayout& layout, WeightError& error) {
  std::vector<double> power(layout.outer * layout.inner), noise(layout.outer * layout.inner), largest(layout.outer * layout.inner);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const double value = static_cast<double>(floats[i]);
    const double scale = static_cast<double>(weight.scales[weight.scales.size() == 1 ? 0 : stored.channel(i)]);
    const double difference = static_cast<double>(weight.integers[i]) * scale - value;
    const std::size_t column = column_of(layout, i);
    power[column] += value * value;
    noise[column] += difference * difference;
    largest[column] = std::max(largest[column], std::abs(value));
  }
  double lost = 0;
  std::size_t counted = 0;
  for (std::size_t c = 0; c < power.size(); ++c) {
    if (power[c] > 0) lost += std::min(1.0, noise[c] / power[c]);
    if (power[c] > 0) ++counted;
  }
  error.lost_share = counted == 0 ? 0 : lost / static_cast<double>(counted);
  error.columns = static_cast<std::int64_t>(largest.size());
  const auto most = std::max_element(largest.begin(), largest.end());
  error.largest_column = most - largest.begin();
  error.largest = *most;
  const auto middle = largest.begin() + static_cast<std::ptrdiff_t>(largest.size() / 2);
  std::nth_element(largest.begin(), middle, largest.end());
  error.typical = *middle;
}

}  // namespace

std::optional<WeightError> weight_error(const Model& source, const Model& quantized, const GraphIndex& index, const QuantizedLayer& layer) {
  constexpr double much_better_db = 6;
  const auto view = source.initializer(layer.weight);
  const onnx::NodeProto* node = view ? integer_node(source, quantized, index, layer) : nullptr;
  const auto weight = node == nullptr ? std::nullopt : stored_weight(quantized, index, node->input(1));
  if (!weight || weight->integers.size() != static_cast<std::size_t>(view->size()) || weight->integers.empty()) return std::nullopt;
  const std::vector<float> floats = to_floats(*view);
  const AxisLayout stored = axis_layout(view->shape, weight->axis);
  WeightError error;
  error.axis = weight->axis;
  error.sqnr_db = sqnr_db(floats, *weight, stored);
  add_columns(floats, *weight, stored, axis_layout(view->shape, layer.axis), error);
  double best = error.sqnr_db + much_better_db;
  for (int axis = 0; axis < static_cast<int>(view->shape.size()); ++axis) {
    const AxisLayout other = axis_layout(view->shape, axis);
    if (axis == weight->axis || other.channels != weight->scales.size()) continue;
    const double found = sqnr_db(floats, *weight, other);
    if (!(found >= best)) continue;
    best = found;
    error.better_axis = axis;
  }
  return error;
}

}  // namespace iai
