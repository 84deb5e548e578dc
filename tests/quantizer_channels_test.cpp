#include <doctest/doctest.h>

#include <algorithm>

#include "formats/error.hpp"
#include "quantizer/graph/cost.hpp"
#include "quantizer/graph/graph_index.hpp"
#include "quantizer/prune/channels.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"

using namespace iai;
using namespace building;

namespace {

const onnx::NodeProto& node_named(const Model& model, const std::string& name) {
  for (const auto& node : model.graph().node()) {
    if (node.name() == name || (node.name().empty() && node.output(0) == name)) return node;
  }
  throw Error(ErrorKind::internal, name);
}

/// Zeroes the given positions along `axis`.
void zero(Model& model, const std::string& name, std::size_t axis, const std::vector<std::int64_t>& positions) {
  const TensorView view = *model.initializer(name);
  std::vector<float> values = to_floats(view);
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < view.shape.size(); ++i) inner *= view.shape[i];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t at = static_cast<std::int64_t>(i) / inner % view.shape[axis];
    if (std::find(positions.begin(), positions.end(), at) != positions.end()) values[i] = 0;
  }
  model.set_initializer(name, make_tensor<float>(view.shape, values));
}

/// The model in which the removed channels are there but zero: filters, biases, and the BatchNormalization behind them.
Model masked(const Model& source, const std::vector<PrunedLayer>& layers) {
  Model model = source;
  const GraphIndex index(model.graph());
  for (const PrunedLayer& layer : layers) {
    const auto& node = node_named(source, layer.node);
    std::size_t axis = node.op_type() == "Conv" ? 0 : 1;
    for (const auto& attribute : node.attribute()) {
      if (attribute.name() == "transB" && attribute.i() != 0) axis = 0;
    }
    zero(model, node.input(1), axis, layer.removed);
    if (node.input_size() > 2) zero(model, node.input(2), 0, layer.removed);
    const int user = index.only_user(node.output(0));
    if (user < 0) continue;
    const auto& next = source.graph().node(user);
    if (next.op_type() == "BatchNormalization") {
      for (int i = 1; i <= 2; ++i) zero(model, next.input(i), 0, layer.removed);
    }
    if (next.op_type() == "Add" && model.has_initializer(next.input(1))) zero(model, next.input(1), 0, layer.removed);
  }
  return model;
}

std::int64_t removed_channels(const std::vector<PrunedLayer>& layers) {
  std::int64_t count = 0;
  for (const PrunedLayer& layer : layers) count += layer.channels_before - layer.channels_after;
  return count;
}

void check_equivalence(const Model& source, const std::string& name, PruneScope scope) {
  CAPTURE(name);
  Model pruned = source;
  const auto layers = prune_channels(pruned, {0.25, scope, {}});
  CHECK(removed_channels(layers) > 0);
  CHECK_NOTHROW(check_model(pruned, name));
  const Model zeros = masked(source, layers);
  CHECK(difference(source, zeros).sqnr_db < 100);  // the mask takes something away
  CHECK(difference(zeros, pruned).sqnr_db > 100);  // and removal takes the same
  // Channels that are zero are the weakest: removing them changes nothing.
  Model again = zeros;
  const auto second = prune_channels(again, {0.25, PruneScope::layer, {}});
  if (scope == PruneScope::layer) {
    CHECK(removed_channels(second) == removed_channels(layers));
    CHECK(difference(zeros, again).sqnr_db > 100);
  }
  CHECK(count_cost(pruned).parameters < count_cost(source).parameters);
  CHECK(*count_cost(pruned).multiply_accumulates() < *count_cost(source).multiply_accumulates());
}

}  // namespace

TEST_CASE("removal equals masking on the real networks") {
  for (const std::string name : {"cmapss_cnn", "cmapss_cnn_bn", "digits_cnn", "ai4i_mlp", "cmapss_lstm", "cmapss_transformer"}) {
    const auto path = real_model(name);
    if (!path) return;
    check_equivalence(read_model(*path), name, PruneScope::layer);
    check_equivalence(read_model(*path), name, PruneScope::global);
  }
}

TEST_CASE("removal equals masking on the bearing network") {
  if (have_runtime()) check_equivalence(read_model(source_folder() / "examples" / "bearing" / "model.onnx"), "bearing", PruneScope::layer);
}

TEST_CASE("channels that meet in an Add go together, those side by side in a Concat do not") {
  Model model = make_model({-1, 3, 8, 8}, {-1, 2});
  for (const auto& [name, in] : std::vector<std::pair<std::string, int>>{{"a", 3}, {"b", 3}, {"c", 3}}) add_weights(model, "w" + name, {8, in, 1, 1});
  for (const std::string name : {"a", "b", "c"}) add_node(model, "Conv", {"x", "w" + name}, name);
  add_node(model, "Add", {"a", "b"}, "sum");
  set_integer(add_node(model, "Concat", {"sum", "c"}, "all"), "axis", 1);
  add_node(model, "Relu", {"all"}, "active");
  add_node(model, "GlobalAveragePool", {"active"}, "pooled");
  add_node(model, "Flatten", {"pooled"}, "flat");
  add_weights(model, "head", {16, 2});
  add_node(model, "Gemm", {"flat", "head"}, "y");
  Model pruned = model;
  const auto layers = prune_channels(pruned, {0.5, PruneScope::layer, {}});
  REQUIRE(layers.size() == 4);
  CHECK(layers[0].removed == layers[1].removed);
  CHECK(layers[2].removed != layers[0].removed);
  CHECK(layers[2].channels_after == 4);
  CHECK(layers[3].kept_because == "they are the model's output 'y'");
  CHECK(pruned.initializer("head")->shape == std::vector<std::int64_t>{8, 2});
  if (have_runtime()) CHECK(difference(masked(model, layers), pruned).sqnr_db > 100);
}

TEST_CASE("depthwise, Reshape with fixed numbers, Transpose and Squeeze") {
  Model model = make_model({-1, 3, 4, 4}, {-1, 5});
  add_weights(model, "w1", {6, 3, 3, 3});
  add_node(model, "Conv", {"x", "w1"}, "a");  // [6, 2, 2]
  add_weights(model, "w2", {12, 1, 1, 1});
  set_integer(add_node(model, "Conv", {"a", "w2"}, "b"), "group", 6);  // two for each
  add_node(model, "Relu", {"b"}, "r");
  const std::vector<std::int64_t> target{-1, 48};
  model.set_initializer("target", make_tensor<std::int64_t>({2}, target));
  add_node(model, "Reshape", {"r", "target"}, "flat");
  add_weights(model, "head", {48, 5});
  add_node(model, "MatMul", {"flat", "head"}, "y");
  Model pruned = model;
  const auto layers = prune_channels(pruned, {0.5, PruneScope::layer, {}});
  CHECK(layers[0].channels_after == 3);
  CHECK(layers[1].channels_after == 6);
  CHECK(pruned.initializer("head")->shape == std::vector<std::int64_t>{24, 5});
  CHECK(pruned.graph().node(1).attribute(0).i() == 3);
  CHECK(to_int64s(*pruned.initializer(pruned.graph().node(3).input(1))) == std::vector<std::int64_t>{-1, 24});
  if (have_runtime()) CHECK(difference(masked(model, layers), pruned).sqnr_db > 100);
}

TEST_CASE("Resize, Pad, Slice and Split along other axes") {
  Model model = make_model({-1, 3, 4, 4}, {-1, 2, 5, 10});
  add_weights(model, "w1", {8, 3, 1, 1});
  add_node(model, "Conv", {"x", "w1"}, "a");
  model.set_initializer("scales", make_tensor<float>({4}, std::vector<float>{1, 1, 2, 2}));
  add_node(model, "Resize", {"a", "", "scales"}, "b");  // [8, 8, 8]
  model.set_initializer("pads", make_tensor<std::int64_t>({8}, std::vector<std::int64_t>{0, 0, 1, 1, 0, 0, 1, 1}));
  add_node(model, "Pad", {"b", "pads"}, "c");  // [8, 10, 10]
  onnx::NodeProto& split = add_node(model, "Split", {"c"}, "d");
  split.add_output("e");
  set_integer(split, "axis", 2);  // [8, 5, 10] twice
  add_node(model, "Mul", {"d", "e"}, "f");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::int64_t>>{{"starts", 0}, {"ends", 5}, {"axes", 2}})
    model.set_initializer(name, make_tensor<std::int64_t>({1}, std::vector<std::int64_t>{value}));
  add_node(model, "Slice", {"f", "starts", "ends", "axes"}, "g");
  add_weights(model, "w2", {2, 8, 1, 1});
  add_node(model, "Conv", {"g", "w2"}, "y");
  Model pruned = model;
  const auto layers = prune_channels(pruned, {0.5, PruneScope::layer, {}});
  CHECK(layers[0].channels_after == 4);
  if (have_runtime()) CHECK(difference(masked(model, layers), pruned).sqnr_db > 100);
  // A Slice along the channels is not followed.
  model.set_initializer("axes", make_tensor<std::int64_t>({1}, std::vector<std::int64_t>{1}));
  model.set_initializer("ends", make_tensor<std::int64_t>({1}, std::vector<std::int64_t>{8}));
  CHECK(prune_channels(model, {0.5, PruneScope::layer, {}})[0].kept_because == "they reach Slice 'g'");
}

TEST_CASE("what cannot be followed stays, with the reason") {
  Model model = make_model({-1, 4}, {-1, 3});
  add_weights(model, "w1", {4, 8});
  add_node(model, "MatMul", {"x", "w1"}, "a");
  add_node(model, "Softmax", {"a"}, "s");
  add_weights(model, "w2", {8, 8});
  add_node(model, "MatMul", {"s", "w2"}, "b");
  add_weights(model, "w3", {8, 3});
  add_node(model, "MatMul", {"b", "w3"}, "y");
  Model pruned = model;
  auto layers = prune_channels(pruned, {0.5, PruneScope::layer, {}});
  CHECK(layers[0].channels_after == 8);
  CHECK(layers[0].kept_because == "they reach Softmax 's'");
  CHECK(layers[1].channels_after == 4);
  pruned = model;
  layers = prune_channels(pruned, {0.5, PruneScope::layer, {"b"}});
  CHECK(layers[1].kept_because == "excluded");
  CHECK(layers[1].channels_after == 8);
}

TEST_CASE("weights that two layers share are cut once and alike") {
  Model model = make_model({-1, 8}, {-1, 8});
  add_weights(model, "w", {8, 8});
  add_weights(model, "u", {8, 8});
  add_node(model, "MatMul", {"x", "u"}, "a");
  add_node(model, "MatMul", {"a", "w"}, "b");
  add_node(model, "Relu", {"b"}, "r");
  add_node(model, "MatMul", {"r", "w"}, "y");
  const auto layers = prune_channels(model, {0.5, PruneScope::layer, {}});
  // w's outputs are the model's, so its columns stay; its rows are the channels of u and of the first product, which meet in it.
  CHECK(model.initializer("w")->shape == std::vector<std::int64_t>{8, 8});
  CHECK(layers[0].channels_after == 8);
}

TEST_CASE("weights that the model's input passes too keep their rows") {
  Model model = make_model({-1, 8}, {-1, 8});
  add_value(*model.graph().add_output(), "a", {-1, 8});
  add_weights(model, "w", {8, 8});
  add_weights(model, "u", {8, 8});
  add_node(model, "MatMul", {"x", "w"}, "a");
  add_node(model, "MatMul", {"a", "u"}, "b");
  add_node(model, "MatMul", {"b", "w"}, "y");
  const auto layers = prune_channels(model, {0.5, PruneScope::layer, {}});
  CHECK(model.initializer("w")->shape == std::vector<std::int64_t>{8, 8});
  CHECK(layers[1].channels_after == 8);
  CHECK(layers[1].kept_because == "weights 'w' are read elsewhere too");
}

TEST_CASE("at least one channel stays") {
  Model model = make_model({-1, 4}, {-1, 3});
  add_weights(model, "w1", {4, 8});
  add_node(model, "MatMul", {"x", "w1"}, "a");
  add_weights(model, "w2", {8, 3});
  add_node(model, "MatMul", {"a", "w2"}, "y");
  CHECK(prune_channels(model, {1.0, PruneScope::layer, {}})[0].channels_after == 1);
}

TEST_CASE("NaN weights have no norm") {
  Model model = make_model({-1, 2}, {-1, 2});
  model.set_initializer("w", make_tensor<float>({2, 2}, std::vector<float>{1, 2, std::numeric_limits<float>::quiet_NaN(), 4}));
  add_node(model, "MatMul", {"x", "w"}, "y");
  CHECK_THROWS_WITH_AS(prune_channels(model, {0.5, PruneScope::layer, {}}), "tensor 'w' holds NaN", Error);
}
