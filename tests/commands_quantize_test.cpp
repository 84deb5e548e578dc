#include <cmath>

#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "commands/quantize.hpp"
#include "commands/quantize_search.hpp"
#include "commands/scratch_model.hpp"
#include "formats/npy.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

enum class Form { fixed, dynamic };

QuantizeOptions options_for(const fs::path& model, Form form) {
  QuantizeOptions options;
  options.model = model;
  options.dynamic = form == Form::dynamic;
  return options;
}

Candidate best_of(const Model& model, const QuantizeOptions& options, const Samples& inputs) {
  SilentOutput silent;
  QuantizeWorkbench workbench(model, options, &inputs, nullptr, silent);
  return best_candidate(workbench);
}

/// SQNR in dB of the first output on every `stride`-th sample of `judged`, after calibration on `calibration`.
double output_sqnr(const std::string& name, const std::string& calibration, const std::string& judged, std::int64_t stride, Form form) {
  const auto path = real_model(name);
  if (!path || !have_file("models/" + calibration) || !have_file("models/" + judged)) return HUGE_VAL;
  const QuantizeOptions options = options_for(*path, form);
  const Session source(*path, {});
  const auto inputs = open_samples({real_file("models/" + calibration)}, wanted_inputs(source));
  const Candidate best = best_of(read_model(*path), options, *inputs);
  const ScratchModel scratch(best.made.model);
  auto samples = open_samples({real_file("models/" + judged)}, wanted_inputs(source));
  const std::int64_t count = samples->count() / stride;
  const double found = compare_outputs(source, Session(scratch.path(), {}), *limit_samples(std::move(samples), count), 0).front().sqnr_db;
  MESSAGE(fmt::format("{} {}: {:.2f} dB", name, form == Form::dynamic ? "dynamic" : "static", found));
  return found;
}

double cmapss(const std::string& name, Form form) { return output_sqnr(name, "cmapss_calib_x.npy", "cmapss_val_x.npy", 1, form); }

std::string bytes_of(const Model& model) { return serialize_model(model); }

}  // namespace

// The figures of ONNX Runtime's own quantizer: models/README.md of the test data, best of its static methods.
TEST_CASE("static int8 lies no further from float32 than ONNX Runtime's quantizer") {
  CHECK(output_sqnr("ai4i_mlp", "ai4i_calib_x.npy", "ai4i_eval_x.npy", 1, Form::fixed) >= 37.04);  // NNCF with min-max
  CHECK(output_sqnr("ai4i_mlp_muladd", "ai4i_calib_x.npy", "ai4i_eval_x.npy", 1, Form::fixed) >= 37.04);
  CHECK(cmapss("cmapss_cnn", Form::fixed) >= 36.0);
  CHECK(cmapss("cmapss_cnn_bn", Form::fixed) >= 37.4);       // NNCF with min-max
  CHECK(cmapss("cmapss_lstm", Form::fixed) >= 58.4);         // NNCF with min-max, the best peer
  CHECK(cmapss("cmapss_transformer", Form::fixed) >= 43.8);  // NNCF with min-max
  CHECK(output_sqnr("digits_cnn", "digits_calib_x.npy", "digits_eval_x.npy", 1, Form::fixed) >= 32.5);
}

TEST_CASE("dynamic int8 lies no further from float32 than ONNX Runtime's quantizer") {
  CHECK(output_sqnr("ai4i_mlp", "ai4i_calib_x.npy", "ai4i_eval_x.npy", 1, Form::dynamic) >= 37.5);
  CHECK(output_sqnr("ai4i_mlp_muladd", "ai4i_calib_x.npy", "ai4i_eval_x.npy", 1, Form::dynamic) >= 37.5);
  CHECK(cmapss("cmapss_cnn", Form::dynamic) >= 39.4);
  CHECK(cmapss("cmapss_cnn_bn", Form::dynamic) >= 39.0);
  CHECK(cmapss("cmapss_lstm", Form::dynamic) >= 46.6);
  CHECK(cmapss("cmapss_transformer", Form::dynamic) >= 42.2);
  CHECK(output_sqnr("digits_cnn", "digits_calib_x.npy", "digits_eval_x.npy", 1, Form::dynamic) >= 29.6);
}

TEST_CASE("the bytes do not depend on threads, batch or the order of the calibration files") {
  const auto path = real_model("cmapss_cnn");
  if (!path || !have_file("models/cmapss_calib_x.npy")) return;
  const fs::path folder = fs::temp_directory_path() / ("iai-quantize-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const Tensor whole = read_npy(real_file("models/cmapss_calib_x.npy"));
  const std::size_t half = whole.bytes.size() / 2;
  write_npy(folder / "a.npy", TensorView{whole.type, {256, 14, 30}, std::span(whole.bytes).first(half)});
  write_npy(folder / "b.npy", TensorView{whole.type, {256, 14, 30}, std::span(whole.bytes).last(half)});
  const Session source(*path, {});
  std::string first;
  for (const int threads : {1, 2, 4}) {
    for (const bool turned : {false, true}) {
      QuantizeOptions options = options_for(*path, Form::fixed);
      options.method = "mse";
      options.runtime.threads = threads;
      options.runtime.batch = threads * 7;
      std::vector<fs::path> files{folder / "a.npy", folder / "b.npy"};
      if (turned) std::swap(files[0], files[1]);
      const auto inputs = open_samples(files, wanted_inputs(source));
      const std::string bytes = bytes_of(best_of(read_model(*path), options, *inputs).made.model);
      if (first.empty()) first = bytes;
      CHECK(bytes == first);
    }
  }
  fs::remove_all(folder);
}

TEST_CASE("normalization of raw units in front of the first layer stays in float") {
  const auto path = real_model("ai4i_mlp_muladd");
  if (!path || !have_file("models/ai4i_calib_x.npy")) return;
  const Session source(*path, {});
  const auto inputs = open_samples({real_file("models/ai4i_calib_x.npy")}, wanted_inputs(source));
  const Candidate best = best_of(read_model(*path), options_for(*path, Form::fixed), *inputs);
  const std::string raw = source.inputs().front().name;
  for (const onnx::NodeProto& node : best.made.model.graph().node()) {
    if (node.op_type() == "QuantizeLinear") CHECK(node.input(0) != raw);
  }
}
