#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "commands/quantize_float_gate.hpp"
#include "commands/quantize_float_search.hpp"
#include "commands/scratch_model.hpp"
#include "formats/npy.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

using namespace iai;
using namespace building;
namespace fs = std::filesystem;

namespace {

QuantizeOptions options_for(const fs::path& model, const std::string& precision, const std::string& arithmetic = {}) {
  QuantizeOptions options;
  options.model = model;
  options.precision = precision;
  options.floats.arithmetic = arithmetic;
  options.runtime.threads = 2;
  return options;
}

struct Made {
  FloatCandidate candidate;
  std::map<std::string, TensorMeasurement> measured;
};

Made made_of(const QuantizeOptions& options, const Samples& samples) {
  SilentOutput silent;
  const FloatWorkbench workbench(read_model(options.model), options, &samples, silent);
  Made made{best_float(workbench), workbench.measured()};
  workbench.compare(made.candidate, 256);
  return made;
}

std::string reason_of(const FloatCandidate& candidate, const std::string& name) {
  for (const FloatOperator& one : candidate.operators) {
    if (one.name == name) return std::string(one.reason.word);
  }
  return "no such operator";
}

/// x -> a product of large numbers that Tanh brings back, then an ordinary layer.
Model with_large_activation(float factor) {
  Model model = make_model({-1, 8}, {-1, 4});
  add_weights(model, "w1", {8, 8});
  add_weights(model, "w2", {8, 4});
  model.set_initializer("up", make_tensor<float>({1}, std::array{factor}));
  model.set_initializer("down", make_tensor<float>({1}, std::array{1 / factor}));
  add_node(model, "MatMul", {"x", "w1"}, "h");
  add_node(model, "Mul", {"h", "up"}, "large");
  add_node(model, "Mul", {"large", "down"}, "small");
  add_node(model, "MatMul", {"small", "w2"}, "y");
  return model;
}

}  // namespace

TEST_CASE("float16: an activation over 65504 needs an island, and without it the outputs are infinite") {
  if (!have_runtime()) return;
  const Folder folder;
  write_model(with_large_activation(40000), folder / "model.onnx");
  const QuantizeOptions options = options_for(folder / "model.onnx", "fp16");
  const auto samples = seeded_samples(wanted_inputs(Session(options.model, {})), 64, 1);
  const Made made = made_of(options, *samples);
  CHECK(made.measured.at("large").clamped > 0);
  CHECK(reason_of(made.candidate, "large") == "range");
  CHECK(reason_of(made.candidate, "small") == "range");
  CHECK(reason_of(made.candidate, "y").empty());
  CHECK(made.candidate.errors.front().sqnr_db > 60);

  SilentOutput silent;
  const FloatWorkbench workbench(read_model(options.model), options, samples.get(), silent);
  FloatCandidate careless = workbench.make(float_operators(workbench.source(), workbench.precision()));
  CHECK(careless.reduced_operators() == 4);
  workbench.compare(careless, 64);
  CHECK(careless.errors.front().sqnr_db == -HUGE_VAL);

  // What is written answers so too, on a runtime that keeps float32 between operators.
  CHECK(difference(read_model(options.model), made.candidate.model).sqnr_db > 60);
  write_model(with_large_activation(4), folder / "model.onnx");
  CHECK(made_of(options, *samples).candidate.reduced_operators() == 4);
}

TEST_CASE("what one channel of many loses shows in the model's outputs, and the operator goes back") {
  const auto path = real_model("ai4i_mlp");
  if (!path || !have_file("models/ai4i_calib_x.npy")) return;
  const auto samples = open_samples({real_file("models/ai4i_calib_x.npy")}, wanted_inputs(Session(*path, {})));
  const QuantizeOptions options = options_for(*path, "fp16");
  const Made made = made_of(options, *samples);
  CHECK(reason_of(made.candidate, "node_div") == "outputs");
  CHECK(reason_of(made.candidate, "node_sub") == "feeds");
  CHECK(made.candidate.errors.front().sqnr_db > 60);
  SilentOutput silent;
  const FloatWorkbench workbench(read_model(*path), options, samples.get(), silent);
  FloatCandidate whole = workbench.make(workbench.operators());
  workbench.compare(whole, 256);
  CHECK(whole.errors.front().sqnr_db < 40);
}

TEST_CASE("real models in 16 bits: half the size, near to float32, the file no worse than what was reported") {
  struct Case {
    std::string model, inputs;
    double fp16, bf16;  // least SQNR of the outputs
  };
  for (const Case& one :
       {Case{"ai4i_mlp_muladd", "ai4i_calib_x", 60, 40}, Case{"cmapss_cnn", "cmapss_calib_x", 65, 50}, Case{"cmapss_cnn_bn", "cmapss_calib_x", 65, 50},
        Case{"cmapss_lstm", "cmapss_calib_x", 65, 50}, Case{"cmapss_transformer", "cmapss_calib_x", 65, 45}, Case{"digits_cnn", "digits_calib_x", 55, 40},
        Case{"bytes_lm", "bytes_lm_calib_x", 60, 45}}) {
    const auto path = real_model(one.model);
    const std::string inputs = "models/" + one.inputs + ".npy";
    if (!path || !have_file(inputs)) continue;
    CAPTURE(one.model);
    const Session source(*path, {});
    const auto samples = limit_samples(open_samples({real_file(inputs)}, wanted_inputs(source)), one.model == "bytes_lm" ? 8 : 64);
    for (const bool brain : {false, true}) {
      const Made made = made_of(options_for(*path, brain ? "bf16" : "fp16"), *samples);
      const double reported = worst_sqnr_db(made.candidate.errors);
      CHECK(reported > (brain ? one.bf16 : one.fp16));
      const ScratchModel scratch(made.candidate.model);
      const double here = worst_sqnr_db(compare_outputs(source, Session(scratch.path(), {}), *samples, 2));
      MESSAGE(fmt::format("{} {}: {:.1f} dB, the file here {:.1f} dB", one.model, brain ? "bf16" : "fp16", reported, here));
      CHECK(here > reported - 1.5);
      CHECK(static_cast<double>(serialize_model(made.candidate.model).size()) < 0.62 * static_cast<double>(fs::file_size(*path)));
    }
    CHECK(worst_sqnr_db(made_of(options_for(*path, "bf16", "reduced"), *samples).candidate.errors) > one.bf16 - 5);
  }
}

TEST_CASE("16-bit floats: the same bytes whatever threads and order of the samples") {
  const auto path = real_model("ai4i_mlp");
  if (!path || !have_file("models/ai4i_calib_x.npy")) return;
  const Session source(*path, {});
  std::string first;
  for (const int threads : {1, 2, 4}) {
    for (const bool turned : {false, true}) {
      auto samples = open_samples({real_file("models/ai4i_calib_x.npy")}, wanted_inputs(source));
      std::vector<std::int64_t> order;
      for (std::int64_t i = 0; i < samples->count(); ++i) order.push_back(turned ? samples->count() - 1 - i : i);
      samples = select_samples(std::move(samples), order);
      QuantizeOptions options = options_for(*path, "fp16");
      options.runtime.threads = threads;
      options.max_memory = threads == 4 ? 60'000'000 : 0;
      const std::string bytes = serialize_model(made_of(options, *samples).candidate.model);
      if (first.empty()) first = bytes;
      CHECK(bytes == first);
    }
  }
}

TEST_CASE("16-bit floats under an accuracy limit: the fewest operators that it takes go back, the most sensitive first") {
  if (!have_runtime()) return;
  const Folder folder;
  write_model(with_large_activation(4), folder / "model.onnx");
  Tensor inputs = make_tensor<float>({64, 8}, std::vector<float>(512));
  for (std::size_t i = 0; i < 512; ++i) inputs.values<float>()[i] = static_cast<float>(std::sin(static_cast<double>(i * i)));
  write_npy(folder / "x.npy", inputs.view());
  const Session source(folder / "model.onnx", {});
  const auto samples = open_samples({folder / "x.npy"}, wanted_inputs(source));
  Tensor labels{ElementType::float32, {64, 4}, {}};
  run_samples(source, *samples, 64, 1, [&](std::int64_t, const std::vector<Tensor>& outputs) {
    labels.bytes.insert(labels.bytes.end(), outputs[0].bytes.begin(), outputs[0].bytes.end());
  });
  write_npy(folder / "y.npy", labels.view());
  std::ofstream(folder / "task.yaml") << "kind: regression\nmetrics: [rmse]\nsplits:\n  evaluation: {inputs: x.npy, labels: y.npy}\n";
  const Task task = read_task(folder / "task.yaml");
  const QuantizeOptions options = options_for(folder / "model.onnx", "bf16", "reduced");
  SilentOutput silent;
  const FloatWorkbench workbench(read_model(options.model), options, samples.get(), silent);
  const auto gated = [&](const std::string& limit) {
    FloatCandidate candidate = workbench.make(workbench.operators());
    const GateResult gate = gate_float(workbench, candidate, task, parse_drop_limit(limit));
    CHECK(static_cast<std::int64_t>(gate.returned.to_float.size()) <= 4 - candidate.reduced_operators());
    return gate;
  };
  const GateResult loose = gated("1000");
  CHECK(loose.holds);
  CHECK(loose.returned.empty());
  const double whole = loose.drop.absolute;
  CHECK(whole > 0);
  const GateResult held = gated(fmt::format("{}", whole * 0.9));
  CHECK(held.holds);
  CHECK(held.drop.absolute <= whole * 0.9);
  CHECK(!held.returned.empty());
  CHECK(!gated("0").holds);
}
