#include "quantizer/quantize/bias_correction.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/graph_index.hpp"

namespace iai {

std::vector<BiasPlace> bias_places(const Model& model) {
  const onnx::GraphProto& graph = model.graph();
  const GraphIndex index(graph);
  const auto is_own = [&](const std::string& name) {
    return model.has_initializer(name) && !index.is_graph_input(name) && !index.is_graph_output(name) && index.uses(name).size() == 1 &&
           model.initializer(name)->type == ElementType::float32;
  };
  std::vector<BiasPlace> places;
  for (const onnx::NodeProto& node : graph.node()) {
    const bool has_bias = is_standard(node, "Conv") || is_standard(node, "ConvTranspose") || is_standard(node, "Gemm");
    if (has_bias && node.input_size() > 2 && is_own(node.input(2))) places.push_back({node.input(2), node.output(0), 1});
    if (!is_standard(node, "MatMul")) continue;
    const int user = index.only_user(node.output(0));
    if (user < 0 || !is_standard(graph.node(user), "Add")) continue;
    const onnx::NodeProto& add = graph.node(user);
    const std::string& constant = add.input(add.input(0) == node.output(0) ? 1 : 0);
    if (!is_own(constant) || model.initializer(constant)->shape.empty()) continue;
    const TensorView view = *model.initializer(constant);
    if (view.size() == view.shape.back()) places.push_back({constant, add.output(0), -1});
  }
  return places;
}

Biases changed_biases(const Model& model, const Model& corrected) {
  Biases changed;
  for (const BiasPlace& place : bias_places(model)) {
    std::vector<float> values = to_floats(*corrected.initializer(place.constant));
    if (values != to_floats(*model.initializer(place.constant))) changed[place.constant] = std::move(values);
  }
  return changed;
}

void set_biases(Model& model, const Biases& biases) {
  for (const auto& [constant, values] : biases) {
    const auto view = model.initializer(constant);
    if (!view || view->type != ElementType::float32 || view->size() != static_cast<std::int64_t>(values.size())) {
      throw Error(ErrorKind::input, fmt::format("the model has no bias '{}' of {} float32 values", constant, values.size()), "calibrate the model again");
    }
    model.set_initializer(constant, make_tensor<float>(view->shape, values));
  }
}

bool take_from_bias(Model& model, const BiasPlace& place, std::span<const double> shift) {
  const TensorView view = *model.initializer(place.constant);
  if (view.size() != static_cast<std::int64_t>(shift.size())) return false;
  std::vector<float> values = to_floats(view);
  for (std::size_t c = 0; c < values.size(); ++c) {
    values[c] = static_cast<float>(static_cast<double>(values[c]) - shift[c]);
    if (!std::isfinite(values[c])) return false;
  }
  model.set_initializer(place.constant, make_tensor<float>(view.shape, values));
  return true;
}

}  // namespace iai
