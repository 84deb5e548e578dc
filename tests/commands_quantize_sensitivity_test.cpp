#include "commands/quantize_sensitivity.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/harmful_branches.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

std::size_t place_of(const std::string& name, const std::vector<LayerSensitivity>& ranked) {
  const auto found = std::find_if(ranked.begin(), ranked.end(), [&](const LayerSensitivity& layer) { return layer.name == name; });
  return static_cast<std::size_t>(found - ranked.begin());
}

/// Spearman's rank correlation of two orders of the same names.
double spearman(const std::vector<LayerSensitivity>& one, const std::vector<LayerSensitivity>& other) {
  REQUIRE(one.size() == other.size());
  const auto n = static_cast<double>(one.size());
  double squares = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double difference = static_cast<double>(i) - static_cast<double>(place_of(one[i].name, other));
    squares += difference * difference;
  }
  return 1 - 6 * squares / (n * (n * n - 1));
}

struct Ranked {
  std::vector<LayerSensitivity> few, all;
};

/// On the number of samples that the gate takes, and on all.
std::optional<Ranked> rank(const std::string& name, const std::string& calibration) {
  const auto path = real_model(name);
  if (!path || !have_file("models/" + calibration)) return std::nullopt;
  QuantizeOptions options;
  options.model = *path;
  const auto samples = open_samples({real_file("models/" + calibration)}, wanted_inputs(Session(*path, {})));
  SilentOutput silent;
  QuantizeWorkbench workbench(read_model(*path), options, samples.get(), nullptr, silent);
  const Candidate candidate = workbench.make({"mse", RangeMethod::mse, true}, {});
  return Ranked{layer_sensitivities(workbench, candidate, most_for_sensitivity), layer_sensitivities(workbench, candidate, samples->count())};
}

}  // namespace

TEST_CASE("the operators that do harm come first, equal ones in the order of the graph") {
  if (!building::have_runtime()) return;
  const building::Folder folder;
  building::write_harmful_branches(folder);
  QuantizeOptions options;
  options.model = folder / "model.onnx";
  const auto samples = open_samples({folder / "x.npy"}, wanted_inputs(Session(options.model, {})));
  SilentOutput silent;
  QuantizeWorkbench workbench(read_model(options.model), options, samples.get(), nullptr, silent);
  const Candidate candidate = workbench.make({"min-max", RangeMethod::min_max, true}, {});
  const auto ranked = layer_sensitivities(workbench, candidate, 64);
  REQUIRE(ranked.size() == 4);
  std::vector<std::string> names;
  for (const LayerSensitivity& layer : ranked) names.push_back(layer.name);
  CHECK(names == std::vector<std::string>{"branch0", "branch1", "branch3", "branch2"});
  CHECK(ranked[0].sqnr_db == ranked[2].sqnr_db);
  // A quarter of the answer is lost: 20 log10(4); the harmless one is a quarter, with steps of 2 / 255.
  CHECK(ranked[0].sqnr_db == doctest::Approx(20 * std::log10(4.0)).epsilon(0.01));
  CHECK(ranked[3].sqnr_db > 50);

  const Candidate part = workbench.make({"min-max", RangeMethod::min_max, true}, {{"branch0"}, {}});
  CHECK(layer_sensitivities(workbench, part, 64).size() == 3);
  QuantizeWorkbench blind(read_model(options.model), options, nullptr, nullptr, silent);
  CHECK(layer_sensitivities(blind, candidate, 64).empty());
}

TEST_CASE("few samples rank the operators of real models as all do") {
  for (const auto& [name, calibration] : {std::pair("ai4i_mlp", "ai4i_calib_x.npy"),
                                          {"cmapss_cnn", "cmapss_calib_x.npy"},
                                          {"cmapss_cnn_bn", "cmapss_calib_x.npy"},
                                          {"cmapss_transformer", "cmapss_calib_x.npy"},
                                          {"digits_cnn", "digits_calib_x.npy"}}) {
    const auto ranked = rank(name, calibration);
    if (!ranked) continue;
    const double correlation = spearman(ranked->few, ranked->all);
    MESSAGE(fmt::format("{}: {} operators, Spearman {:.3f}", name, ranked->all.size(), correlation));
    CHECK(correlation >= 0.95);
  }
}
