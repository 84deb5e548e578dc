#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "quantizer/precision/activation_rounding.hpp"
#include "quantizer/precision/emulation.hpp"
#include "quantizer/precision/islands.hpp"
#include "tests/model_building.hpp"

using namespace iai;
using namespace building;

namespace {

/// Every 4,099th float32, positive and negative, denormal numbers, infinities and NaN among them.
std::vector<float> floats_of_all_sizes() {
  std::vector<float> values;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 4099) {
    const auto word = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    values.push_back(value);
  }
  return values;
}

Model product_chain() {
  Model model = make_model({-1, 4}, {-1, 4});
  add_weights(model, "w1", {4, 4});
  add_weights(model, "w2", {4, 4});
  add_node(model, "MatMul", {"x", "w1"}, "a");
  add_node(model, "Relu", {"a"}, "b");
  add_node(model, "MatMul", {"b", "w2"}, "y");
  infer_shapes(model);
  return model;
}

std::vector<std::string> reasons(const std::vector<FloatOperator>& operators) {
  std::vector<std::string> words;
  for (const FloatOperator& one : operators) words.emplace_back(one.reason.word);
  return words;
}

TensorMeasurement reaching(float largest) {
  TensorMeasurement seen;
  seen.elements = 1000;
  seen.largest = largest;
  seen.clamped = largest > 65504 ? 10 : 0;
  seen.rounding_sqnr_db = seen.operator_sqnr_db = 70;
  return seen;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("what rounding does is counted as round_tensor does it") {
  const std::vector<float> all = floats_of_all_sizes();
  for (const ElementType type : {ElementType::float16, ElementType::bfloat16}) {
    std::vector<float> finite;
    double signal = 0, noise = 0;
    for (const float value : all) {
      if (std::isfinite(value) && std::abs(value) < 1e15F) finite.push_back(value);  // squares of larger ones would drown the others
    }
    TensorRounding expected{"t"};
    const std::vector<float> rounded =
        to_floats(round_tensor(make_tensor<float>({static_cast<std::int64_t>(finite.size())}, finite).view(), type, expected).view());
    for (std::size_t i = 0; i < finite.size(); ++i) {
      const double difference = static_cast<double>(rounded[i]) - static_cast<double>(finite[i]);
      signal += static_cast<double>(finite[i]) * static_cast<double>(finite[i]);
      noise += difference * difference;
    }
    const ActivationRounding seen = rounding_of(finite, type);
    CHECK(seen.elements == expected.elements);
    CHECK(seen.clamped == expected.clamped);
    CHECK(seen.vanished == expected.vanished);
    CHECK(seen.subnormal == expected.subnormal);
    CHECK(seen.signal == doctest::Approx(signal).epsilon(1e-9));
    CHECK(seen.noise == doctest::Approx(noise).epsilon(1e-9));
    CHECK(rounding_of(all, type).elements < static_cast<std::int64_t>(all.size()));  // infinities and NaN are not counted
  }
  CHECK(rounding_of(std::array{65519.9F, 65520.0F, -70000.0F, 0x1p-25F, 0x1.8p-25F, 0.0F}, ElementType::float16).clamped == 2);
  CHECK(rounding_of(std::array{65519.9F, 65520.0F, -70000.0F, 0x1p-25F, 0x1.8p-25F, 0.0F}, ElementType::float16).vanished == 1);
  CHECK(rounding_of({}, ElementType::float16).elements == 0);
  CHECK(largest_of(ElementType::float16) == 65504);
  CHECK(std::isinf(largest_of(ElementType::bfloat16) * 1.01F));
}

TEST_CASE("an activation beyond the type keeps in float32 what makes it and what reads it") {
  const Model model = product_chain();
  std::vector<FloatOperator> operators = float_operators(model, {});
  CHECK(reasons(operators) == Words{"", "", ""});
  choose_islands(operators, {{"a", reaching(100)}, {"b", reaching(100)}}, {});
  CHECK(reasons(operators) == Words{"", "", ""});
  choose_islands(operators, {{"a", reaching(70000)}, {"b", reaching(100)}}, {});
  CHECK(reasons(operators) == Words{"range", "range", ""});
  CHECK(operators[0].reason.text == "'a' reaches 7e+04, over 6.55e+04");
  CHECK(with_operators({}, operators).float32_nodes == std::set<int>{0, 1});
  CHECK(with_operators({}, operators).float32_weights == std::set<std::string>{"w1"});
  operators = float_operators(model, {});
  choose_islands(operators, {{"b", reaching(40000)}}, {});  // room for what calibration has not seen
  CHECK(reasons(operators) == Words{"", "range", "range"});
}

TEST_CASE("an operator that needs the digits of its inputs keeps their makers in float32 too") {
  const Model model = product_chain();
  std::vector<FloatOperator> operators = float_operators(model, {});
  TensorMeasurement lost = reaching(1);
  lost.operator_sqnr_db = 30;
  choose_islands(operators, {{"y", lost}}, {});
  CHECK(reasons(operators) == Words{"", "feeds", "digits"});
  operators = float_operators(model, {});
  keep_operator(operators, 1, {"accuracy", "asked"}, {});
  CHECK(reasons(operators) == Words{"feeds", "accuracy", ""});
  PrecisionOptions weights{.arithmetic = Arithmetic::float32};
  operators = float_operators(model, weights);
  CHECK(operators.size() == 2);
  choose_islands(operators, {{"y", lost}, {"b", reaching(70000)}}, weights);  // activations are float32 anyway
  CHECK(reasons(operators) == Words{"", "digits"});
}

TEST_CASE("weights that clamp, or vanish as a whole, stay") {
  const Model model = product_chain();
  std::vector<FloatOperator> operators = float_operators(model, {});
  TensorMeasurement gone = reaching(1e-9F);
  gone.vanished = gone.elements;
  gone.rounding_sqnr_db = 0;
  TensorMeasurement some = gone;
  some.vanished = 999;
  choose_islands(operators, {{"w1", gone}, {"w2", some}}, {});
  CHECK(reasons(operators) == Words{"range", "", ""});
  choose_islands(operators, {{"w2", reaching(1e5F)}}, {});
  CHECK(reasons(operators) == Words{"range", "", "range"});
}

TEST_CASE("what is not defined for the type stays float32, its weights do not") {
  Model model = make_model({-1, 1, 4}, {-1, 2, 4});
  add_weights(model, "w", {2, 1, 1});
  add_node(model, "Conv", {"x", "w"}, "y");
  infer_shapes(model);
  const PrecisionOptions brain{.type = ElementType::bfloat16};
  const std::vector<FloatOperator> operators = float_operators(model, brain);  // Conv knows bfloat16 since operator set 22
  CHECK(reasons(operators) == Words{"type"});
  Model lowered = model;
  lower_precision(lowered, with_operators(brain, operators));
  CHECK(lowered.initializer("w")->type == ElementType::bfloat16);
}

TEST_CASE("the emulation rounds and clamps what a CPU keeps") {
  if (!have_runtime()) return;
  Model model = make_model({-1, 1}, {-1, 1});
  model.set_initializer("k", make_tensor<float>({1}, std::array{300.0F}));
  add_node(model, "Mul", {"x", "k"}, "big");
  add_node(model, "Div", {"big", "k"}, "y");
  infer_shapes(model);
  const std::vector<FloatOperator> operators = float_operators(model, {});
  Model lowered = model;
  lower_precision(lowered, with_operators({}, operators));
  const Folder folder;
  write_model(emulated(model, operators, lowered, ElementType::float16), folder / "m.onnx");
  const Session session(folder / "m.onnx", {.optimization = GraphOptimization::none, .runtime = {}});
  const Tensor inputs = make_tensor<float>({4, 1}, std::array{0.1F, 1000.0F, 1e-9F, -218.4F});
  const std::vector<TensorView> views{inputs.view()};
  const std::vector<float> made = to_floats(session.run(views)[0].view());
  const auto half = [](float value) { return half_to_float(float_to_half(value)); };
  CHECK(made[0] == half(half(half(0.1F) * 300) / 300));
  CHECK(std::isinf(made[1]));
  CHECK(made[2] == 0);
  CHECK(made[3] == half(-65504.0F / 300));  // -218.4 is -218.375 here, and -65512.5 goes to the largest number
}
