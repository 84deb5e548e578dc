#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "commands/quantize_search.hpp"
#include "commands/scratch_model.hpp"
#include "formats/error.hpp"
#include "quantizer/quantize/equalize.hpp"
#include "tests/model_building.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

namespace {

/// Weights of `name` times 2^power on one slice along `axis` of two.
void enlarge(Model& model, const std::string& name, std::size_t axis, std::size_t slice, float factor) {
  const TensorView view = *model.initializer(name);
  std::vector<float> values = to_floats(view);
  const auto columns = static_cast<std::size_t>(view.shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((axis == 0 ? i / columns : i % columns) == slice) values[i] *= factor;
  }
  model.set_initializer(name, make_tensor<float>(view.shape, values));
}

/// LayerNormalization whose channel 3 is 400 times the others, read by two products, one of them behind a Gemm and Relu.
Model uneven_model() {
  Model model = building::make_model({-1, 16}, {-1, 8});
  std::vector<float> gain(16, 1.0F);
  gain[3] = 400;
  model.set_initializer("gain", make_tensor<float>({16}, gain));
  model.set_initializer("shift", make_tensor<float>({16}, std::vector<float>(16, 0.1F)));
  building::add_weights(model, "a", {16, 12});
  building::add_weights(model, "b", {16, 8});
  building::add_weights(model, "bias", {12});
  building::add_weights(model, "c", {12, 8});
  enlarge(model, "a", 0, 3, 1.0F / 400);
  enlarge(model, "b", 0, 3, 1.0F / 400);
  building::set_integer(building::add_node(model, "LayerNormalization", {"x", "gain", "shift"}, "norm"), "axis", -1);
  building::add_node(model, "Gemm", {"norm", "a", "bias"}, "hidden");
  building::add_node(model, "Relu", {"hidden"}, "active");
  building::add_node(model, "Gemm", {"active", "c"}, "one");
  building::add_node(model, "MatMul", {"norm", "b"}, "two");
  building::add_node(model, "Add", {"one", "two"}, "y");
  return model;
}

std::vector<OutputError> difference(const Model& reference, const Model& candidate, std::uint64_t seed) {
  const ScratchModel a(reference), b(candidate);
  const Session source(a.path(), {});
  return compare_outputs(source, Session(b.path(), {}), *seeded_samples(wanted_inputs(source), 64, seed), 1);
}

Candidate quantized(const Model& model, const std::string& equalization, const std::string& method = "auto") {
  const building::Folder folder;
  QuantizeOptions options;
  options.model = folder / "model.onnx";
  options.equalization = equalization;
  options.method = method;
  write_model(model, options.model);
  const auto samples = seeded_samples(wanted_inputs(Session(options.model, {})), 128, 7);
  SilentOutput silent;
  QuantizeWorkbench workbench(read_model(options.model), options, samples.get(), nullptr, silent);
  return best_candidate(workbench);
}

}  // namespace

TEST_CASE("channels are scaled by powers of two, and the float answers stay bit for bit") {
  if (!building::have_runtime()) return;
  Model model = uneven_model();
  infer_shapes(model);
  const QuantizationPlan plan = plan_quantization(model, {});
  std::map<std::string, TensorStatistics> statistics;
  statistics["norm"].channel_magnitudes.assign(16, 2.0F);
  statistics["norm"].channel_magnitudes[3] = 800;
  statistics["active"].channel_magnitudes.assign(12, 1.0F);
  statistics["active"].channel_magnitudes[0] = 0;  // never active: left alone
  const ChannelExponents exponents = choose_exponents(model, plan, statistics);
  REQUIRE(exponents.contains("norm"));
  CHECK(exponents.at("norm")[3] >= 6);  // half of log2(400), and of the weights' as much
  CHECK(std::abs(exponents.at("norm")[0]) <= 1);
  Model scaled = model;
  ChannelExponents both = exponents;
  both["active"] = {0, 1, -2, 3, 0, 0, 0, 0, 0, 0, -8, 8};
  apply_exponents(scaled, plan, both);
  CHECK(to_floats(*scaled.initializer("gain"))[3] == std::ldexp(400.0F, -exponents.at("norm")[3]));
  for (const OutputError& error : difference(model, scaled, 3)) CHECK(error.max_absolute == 0);
}

TEST_CASE("a channel that drowns the others is found by the search, and int8 gains from scaling it") {
  if (!building::have_runtime()) return;
  const Model model = uneven_model();
  const Candidate plain = quantized(model, "none"), scaled = quantized(model, "auto");
  CHECK_FALSE(plain.method.equalized);
  CHECK(scaled.method.equalized);
  CHECK(scaled.exponents.contains("norm"));
  const double before = worst_sqnr_db(difference(model, plain.made.model, 99)), after = worst_sqnr_db(difference(model, scaled.made.model, 99));
  MESSAGE("inputs that calibration did not see: " << before << " dB, scaled " << after << " dB");
  CHECK(after > before + 10);
}

TEST_CASE("a file of ranges holds the exponents and the biases, and makes the same bytes from the same model") {
  if (!building::have_runtime()) return;
  const building::Folder folder;
  const Model model = uneven_model();
  write_model(model, folder / "model.onnx");
  const Candidate first = quantized(model, "auto");
  RangesFile ranges;
  ranges.method = first.method.name;
  ranges.attention = first.method.attention;
  ranges.tensors = first.ranges;
  ranges.exponents = first.exponents;
  ranges.biases = first.biases;
  std::ofstream(folder / "ranges.yaml") << ranges_text(ranges);
  const RangesFile read = read_ranges(folder / "ranges.yaml");
  CHECK(read.exponents == first.exponents);
  QuantizeOptions options;
  options.model = folder / "model.onnx";
  options.ranges = folder / "ranges.yaml";
  SilentOutput silent;
  QuantizeWorkbench workbench(read_model(options.model), options, nullptr, &read, silent);
  CHECK(serialize_model(best_candidate(workbench).made.model) == serialize_model(first.made.model));
}

TEST_CASE("exponents that do not fit are refused with the tensor's name") {
  Model model = uneven_model();
  infer_shapes(model);
  const QuantizationPlan plan = plan_quantization(model, {});
  CHECK_THROWS_WITH_AS(apply_exponents(model, plan, {{"norm", {1, 2}}}), "the channels of tensor 'norm' cannot be scaled by 2 exponents", Error);
  CHECK_THROWS_AS(apply_exponents(model, plan, {{"one", std::vector<int>(8, 1)}}), Error);  // an output of two readers that are not int8
}

TEST_CASE("grouped and depthwise convolutions are scaled group by group") {
  if (!building::have_runtime()) return;
  Model model = building::make_model({-1, 4, 6, 6}, {-1, 6, 6, 6});
  building::add_weights(model, "first", {8, 4, 1, 1});
  building::add_weights(model, "depth", {8, 1, 3, 3});
  building::add_weights(model, "grouped", {6, 4, 1, 1});
  building::add_node(model, "Conv", {"x", "first"}, "a");
  building::add_node(model, "Relu", {"a"}, "b");
  auto& depthwise = building::add_node(model, "Conv", {"b", "depth"}, "c");
  building::set_integer(depthwise, "group", 8);
  building::set_integers(depthwise, "pads", {1, 1, 1, 1});
  building::set_integer(building::add_node(model, "Conv", {"c", "grouped"}, "y"), "group", 2);
  infer_shapes(model);
  const QuantizationPlan plan = plan_quantization(model, {});
  Model scaled = model;
  apply_exponents(scaled, plan, {{"b", {0, 1, 2, 3, -1, -2, -3, 4}}, {"c", {5, -4, 3, 2, 1, 0, -1, -2}}});
  CHECK(to_floats(*scaled.initializer("grouped")) != to_floats(*model.initializer("grouped")));
  for (const OutputError& error : difference(model, scaled, 11)) CHECK(error.max_absolute == 0);
}
