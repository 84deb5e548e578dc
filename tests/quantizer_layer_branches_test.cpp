#include "quantizer/quantize/layer_branches.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "commands/calibration.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/layer_weights.hpp"
#include "quantizer/quantize/static_int8.hpp"
#include "tests/model_building.hpp"

using namespace iai;

namespace {

TensorRange range_of(double low, double high) {
  TensorRange range;
  range.minimum = static_cast<float>(low);
  range.maximum = static_cast<float>(high);
  range.range = {low, high};
  return range;
}

/// Two products with an activation function between; the first has a bias of its own behind it.
Model two_layers() {
  Model model = building::make_model({-1, 8}, {-1, 6});
  building::add_weights(model, "first", {8, 8});
  building::add_weights(model, "shift", {8});
  building::add_weights(model, "second", {8, 6});
  building::add_node(model, "MatMul", {"x", "first"}, "product");
  building::add_node(model, "Add", {"product", "shift"}, "shifted");
  building::add_node(model, "Relu", {"shifted"}, "hidden");
  building::add_node(model, "MatMul", {"hidden", "second"}, "y");
  return model;
}

QuantizedModel quantized(const Model& model) {
  const QuantizationPlan plan = plan_quantization(model, {});
  std::map<std::string, TensorRange> ranges;
  for (const std::string& tensor : plan.observed()) ranges[tensor] = range_of(tensor == "hidden" ? 0 : -1, tensor == "hidden" ? 4 : 1);
  return quantize_static(model, plan, ranges);
}

std::optional<WeightError> error_of(const Model& source, const QuantizedModel& made, const QuantizedLayer& layer) {
  return weight_error(source, made.model, GraphIndex(made.model.graph()), layer);
}

std::vector<std::vector<float>> values_of(const Model& model, const std::vector<std::string>& tensors) {
  const building::Folder folder;
  write_model(with_outputs(model, tensors), folder / "model.onnx");
  const Session session(folder / "model.onnx", {.optimization = GraphOptimization::none, .runtime = {}});
  std::vector<std::vector<float>> values;
  run_samples(session, *seeded_samples(wanted_inputs(session), 1, 3), 1, 1, [&](std::int64_t, const std::vector<Tensor>& outputs) {
    for (const Tensor& output : outputs) values.push_back(to_floats(output.view()));
  });
  return values;
}

}  // namespace

TEST_CASE("a branch reads floats, and ends behind bias and activation function") {
  const Model model = two_layers();
  const BranchedModel made = with_branches(model, quantized(model));
  REQUIRE(made.branches.size() == 2);
  CHECK(made.branches[0].layer == "product");
  REQUIRE(made.branches[0].pairs.size() == 2);
  CHECK(made.branches[0].pairs[0].floats == "x");
  CHECK(made.branches[0].pairs[0].place == BranchPair::Place::input);
  CHECK(made.branches[0].pairs[0].range->low == doctest::Approx(-1).epsilon(0.01));
  CHECK(made.branches[0].pairs[1].floats == "hidden");  // its integers count to the layer that reads them
  CHECK(!made.branches[0].pairs[1].range);
  CHECK(made.branches[1].pairs[0].floats == "hidden");
  CHECK(made.branches[1].pairs[0].range->high == doctest::Approx(4).epsilon(0.01));
  CHECK(made.branches[1].pairs[1].floats == "y");
  if (!building::have_runtime()) return;
  // By hand: the second branch sees the float hidden values, each rounded to the integers of 0 to 4.
  const auto values = values_of(made.model, {"hidden", made.branches[1].pairs[0].integers, "y", made.branches[1].pairs[1].integers});
  const double scale = 4.0 / 255;
  const auto second = to_floats(*model.initializer("second"));
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(values[1][i] == doctest::Approx(scale * std::nearbyint(std::clamp(static_cast<double>(values[0][i]) / scale, 0.0, 255.0))).epsilon(1e-5));
  }
  for (std::size_t o = 0; o < 6; ++o) {
    double largest = 0, sum = 0;
    for (std::size_t i = 0; i < 8; ++i) largest = std::max(largest, std::abs(static_cast<double>(second[i * 6 + o])));
    for (std::size_t i = 0; i < 8; ++i) {
      const double weight = largest / 127 * std::nearbyint(static_cast<double>(second[i * 6 + o]) / (largest / 127));
      sum += static_cast<double>(values[1][i]) * weight;
    }
    CHECK(values[3][o] == doctest::Approx(sum).epsilon(1e-4));
  }
}

TEST_CASE("an output of the model that is an integer too is read in float") {
  Model model = building::make_model({-1, 4, 9}, {-1, 4, 9});
  building::add_weights(model, "first", {4, 4, 1});
  building::add_weights(model, "second", {4, 4, 1});
  building::add_node(model, "Conv", {"x", "first"}, "y");
  building::add_node(model, "Conv", {"y", "second"}, "z");
  building::add_value(*model.graph().add_output(), "z", {-1, 4, 9});
  const BranchedModel made = with_branches(model, quantized(model));
  REQUIRE(made.branches.size() == 2);
  CHECK(made.branches[0].pairs[1].floats == "y");
  CHECK(made.branches[1].pairs[0].floats == "y");
  CHECK(made.branches[1].pairs[1].floats == "z");
  CHECK(made.branches[1].pairs[1].range);  // nobody else reads it
  if (!building::have_runtime()) return;
  const auto whole = values_of(model, {"y", "z"});
  const auto branched = values_of(made.model, {"y", made.branches[1].pairs[0].integers, "z", made.branches[1].pairs[1].integers});
  CHECK(branched[0] == whole[0]);
  CHECK(branched[2] == whole[1]);
  CHECK(branched[1] != whole[0]);
  CHECK(branched[3] != whole[1]);
}

TEST_CASE("operators of dynamic int8 are branches too") {
  const Model model = two_layers();
  const BranchedModel made = with_branches(model, quantize_dynamic(model, {}, {}));
  REQUIRE(made.branches.size() == 2);
  REQUIRE(made.branches[1].pairs.size() == 1);
  CHECK(made.branches[1].pairs[0].floats == "y");
  if (!building::have_runtime()) return;
  const auto values = values_of(made.model, {"y", made.branches[1].pairs[0].integers});
  for (std::size_t i = 0; i < 6; ++i) CHECK(values[1][i] == doctest::Approx(values[0][i]).epsilon(0.1));
  CHECK(values[0] != values[1]);
}

TEST_CASE("weights: which column swallows the others, and which axis would fit") {
  Model model = two_layers();
  const QuantizedLayer& layer = quantized(model).layers[0];
  const auto ordinary = error_of(model, quantized(model), layer);
  REQUIRE(ordinary);
  CHECK(ordinary->columns == 8);
  CHECK(ordinary->lost_share < 1e-3);
  CHECK(ordinary->sqnr_db == doctest::Approx(quantized(model).layers[0].weight_sqnr_db).epsilon(1e-4));
  CHECK(!ordinary->better_axis);

  std::vector<float> values = to_floats(*model.initializer("first"));
  for (std::size_t o = 0; o < 8; ++o) values[3 * 8 + o] *= 1000;
  model.set_initializer("first", make_tensor<float>({8, 8}, values));
  const auto swallowed = error_of(model, quantized(model), layer);
  CHECK(swallowed->largest_column == 3);
  CHECK(swallowed->lost_share > 0.5);
  CHECK(swallowed->largest > 500 * swallowed->typical);

  for (std::size_t o = 0; o < 8; ++o) values[3 * 8 + o] /= 1000;
  for (std::size_t i = 0; i < 64; ++i) values[i] *= static_cast<float>(1 << (i % 8));  // columns of their own size
  model.set_initializer("first", make_tensor<float>({8, 8}, values));
  QuantizedModel turned = quantized(model);
  for (onnx::NodeProto& node : *turned.model.graph().mutable_node()) {
    if (node.op_type() == "DequantizeLinear" && node.input(0) == "first_quantized") node.mutable_attribute(0)->set_i(0);
  }
  const auto wrong = error_of(model, turned, layer);
  CHECK(wrong->axis == 0);
  REQUIRE(wrong->better_axis);
  CHECK(*wrong->better_axis == 1);
  CHECK(wrong->lost_share > 0.5);
}
