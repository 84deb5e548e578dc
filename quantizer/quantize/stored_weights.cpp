#include "quantizer/quantize/stored_weights.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "formats/decibels.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/quantize/recurrent_rounding.hpp"
#include "quantizer/quantize/weights.hpp"

namespace iai {
namespace {

/// Scales, and what makes floats of integers again, take about as much as so many weights save.
constexpr std::int64_t fewest_weights = 256;

QuantizedWeight quantized_rows(const std::string& node, const TensorView& weight, std::int64_t rows) {
  try {
    return quantize_weight({weight.type, {rows, weight.size() / rows}, weight.bytes}, 0);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("operator '{}': {}", node, error.message()), error.hint());
  }
}

/// Of all elements, with the integers as they are now.
double sqnr_db(const TensorView& weight, const QuantizedWeight& rounded) {
  const std::vector<float> values = to_floats(weight);
  const auto integers = rounded.values.values<std::int8_t>();
  const std::size_t row = values.size() / rounded.scales.size();
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = static_cast<double>(values[i]), lost = static_cast<double>(rounded.scales[i / row]) * integers[i] - value;
    signal += value * value;
    noise += lost * lost;
  }
  return decibels(signal, noise);
}

FloatReason weight_fault(const Model& model, const GraphIndex& index, const std::string& name) {
  const auto weight = model.initializer(name);
  if (!weight || index.is_graph_input(name)) return {"computed", "its weights are computed"};
  if (weight->type != ElementType::float32) return {"type", "its weights are " + type_name(weight->type)};
  if (weight->size() == 0) return {"empty", "its weights are empty"};
  return {};
}

QuantizedLayer layer_of(const StoredNode& stored, const std::string& weight, int axis, const std::string& result, double sqnr_db) {
  QuantizedLayer layer{stored.name, stored.op_type, "int8 weights", {}, sqnr_db};
  layer.weight = weight;
  layer.axis = axis;
  layer.result = result;
  return layer;
}

}  // namespace

bool is_recurrent(const onnx::NodeProto& node) { return is_standard(node, "LSTM") || is_standard(node, "GRU") || is_standard(node, "RNN"); }

bool picks_from_table(const Model& model, const onnx::NodeProto& node) {
  if (!is_standard(node, "Gather") || node.input_size() < 2) return false;
  const auto table = model.initializer(node.input(0));
  return table && table->type == ElementType::float32 && table->shape.size() >= 2 && int_attribute(node, "axis", 0) == 0;
}

std::vector<std::string> stored_weights(const onnx::NodeProto& node) {
  if (is_recurrent(node)) return {node.input(1), node.input(2)};
  return {node.input(0)};
}

FloatReason stored_fault(const Model& model, const GraphIndex& index, const onnx::NodeProto& node) {
  if (is_recurrent(node) && node.input_size() < 3) return {"computed", "its weights are computed"};
  std::int64_t weights = 0;
  for (const std::string& name : stored_weights(node)) {
    if (FloatReason fault = weight_fault(model, index, name); !fault.none()) return fault;
    const TensorView weight = *model.initializer(name);
    if (is_recurrent(node) && weight.shape.size() != 3) return {"empty", "its weights are no stack of matrices"};
    for (const GraphIndex::Use& use : index.uses(name)) {
      const onnx::NodeProto& reader = model.graph().node(use.node);
      const bool alike = use.input >= 0 &&
                         (is_recurrent(node) ? is_recurrent(reader) && (use.input == 1 || use.input == 2) : picks_from_table(model, reader) && use.input == 0);
      if (!alike) return {"shared", "another operator reads its weights as floats"};
    }
    if (index.is_graph_output(name)) return {"shared", "its weights are an output of the model"};
    weights += weight.size();
  }
  if (weights < fewest_weights) return {"small", "too few weights to gain from integers"};
  return {};
}

QuantizedLayer StoredWriter::write(const StoredNode& stored, onnx::NodeProto node, const RecurrentMoments* moments) {
  return stored.op_type == "Gather" ? write_table(stored, std::move(node)) : write_recurrent(stored, std::move(node), moments);
}

QuantizedLayer StoredWriter::write_table(const StoredNode& stored, onnx::NodeProto node) {
  const std::string table = node.input(0);
  if (!tables_.contains(table)) {
    const TensorView floats = *source_.initializer(table);
    QuantizedWeight made = quantized_rows(stored.name, floats, floats.shape[0]);
    made.values.shape = floats.shape;
    std::vector<std::int64_t> along(floats.shape.size(), 1);
    along[0] = floats.shape[0];
    tables_[table] = {edit_.add_initializer(table + "_quantized", std::move(made.values)),
                      edit_.add_initializer(table + "_scale", make_tensor<float>(along, made.scales)), made.sqnr_db};
  }
  const Rows& rows = tables_.at(table);
  const std::string output = node.output(0), indices = node.input(1);
  const std::string integers = edit_.add_node("Gather", {rows.integers, indices}, output + "_integers");
  const std::string scales = edit_.add_node("Gather", {rows.scales, indices}, output + "_scales");
  const std::string floats = edit_.add_node("Cast", {integers}, output + "_floats");
  set_attribute(edit_.last(), "to", onnx::TensorProto::FLOAT);
  edit_.add_node("Mul", {floats, scales}, output + "_scaled");
  edit_.last().set_output(0, output);
  return layer_of(stored, table, 0, output, rows.sqnr_db);
}

QuantizedLayer StoredWriter::write_recurrent(const StoredNode& stored, onnx::NodeProto node, const RecurrentMoments* moments) {
  const TensorView w = *source_.initializer(node.input(1)), r = *source_.initializer(node.input(2));
  const std::int64_t rows = w.shape[0] * w.shape[1];
  // Weights that several operators read suit none of them in particular.
  const bool own = index_.only_user(node.input(1)) >= 0 && index_.only_user(node.input(2)) >= 0 && node.input(1) != node.input(2);
  QuantizedWeight made[2] = {quantized_rows(stored.name, w, rows), quantized_rows(stored.name, r, r.shape[0] * r.shape[1])};
  if (own && moments != nullptr && !moments->empty()) {
    const std::vector<double> shifts = round_recurrent(node, w, r, *moments, made[0], made[1]);
    correct_bias(stored, node, shifts);
  }
  const std::string first = node.input(1);
  double worst = std::numeric_limits<double>::infinity();
  for (const int input : {1, 2}) {
    const std::string name = node.input(input);
    QuantizedWeight& weight = made[input - 1];
    const TensorView floats = input == 1 ? w : r;
    worst = std::min(worst, sqnr_db(floats, weight));
    if (!widened_.contains(name)) widened_[name] = add_weight(name, floats, std::move(weight));
    node.set_input(input, widened_.at(name));
  }
  const auto result = std::find_if(node.output().begin(), node.output().end(), [](const std::string& output) { return !output.empty(); });
  QuantizedLayer layer = layer_of(stored, first, 1, result == node.output().end() ? std::string() : *result, worst);
  edit_.append(std::move(node));
  return layer;
}

std::string StoredWriter::add_weight(const std::string& name, const TensorView& floats, QuantizedWeight weight) {
  weight.values.shape = floats.shape;
  const std::string integers = edit_.add_initializer(name + "_quantized", std::move(weight.values));
  const std::string scales = edit_.add_initializer(name + "_scale", make_tensor<float>({floats.shape[0], floats.shape[1], 1}, weight.scales));
  const std::string cast = edit_.add_node("Cast", {integers}, name + "_floats");
  set_attribute(edit_.last(), "to", onnx::TensorProto::FLOAT);
  return edit_.add_node("Mul", {cast, scales}, name + "_dequantized");
}

void StoredWriter::correct_bias(const StoredNode& stored, onnx::NodeProto& node, const std::vector<double>& shifts) {
  const std::string name = node.input_size() > 3 ? node.input(3) : std::string();
  const auto known = name.empty() ? std::nullopt : source_.initializer(name);
  if (!name.empty() && (!known || known->type != ElementType::float32 || known->size() != static_cast<std::int64_t>(shifts.size()))) return;
  std::vector<double> bias = known ? to_doubles(*known) : std::vector<double>(shifts.size());
  refuse_infinite_bias(stored.name, bias);
  std::vector<float> values(bias.size());
  for (std::size_t i = 0; i < bias.size(); ++i) values[i] = static_cast<float>(bias[i] - shifts[i]);
  const std::int64_t directions = source_.initializer(node.input(1))->shape[0];
  while (node.input_size() < 4) node.add_input("");
  node.set_input(3, edit_.add_initializer((name.empty() ? stored.name + "_bias" : name) + "_corrected",
                                          make_tensor<float>({directions, static_cast<std::int64_t>(values.size()) / directions}, values)));
}

}  // namespace iai
