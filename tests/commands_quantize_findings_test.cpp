#include <cmath>
#include <iostream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "commands/quantize_findings.hpp"
#include "commands/quantize_search.hpp"
#include "quantizer/graph/graph_index.hpp"
#include "quantizer/graph/node_names.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

// Faults planted into real models: the layer at fault is found by what is measured.

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct RealModel {
  std::string name, inputs;
  std::int64_t samples = 64;
};

const RealModel& real(const std::string& name) {
  static const std::vector<RealModel> all{{"ai4i_mlp", "ai4i_calib_x"},      {"cmapss_cnn", "cmapss_calib_x"},
                                          {"cmapss_lstm", "cmapss_calib_x"}, {"cmapss_transformer", "cmapss_calib_x"},
                                          {"digits_cnn", "digits_calib_x"},  {"bytes_lm", "bytes_lm_calib_x", 8}};
  return *std::find_if(all.begin(), all.end(), [&](const RealModel& model) { return model.name == name; });
}

std::unique_ptr<Samples> samples_of(const RealModel& model) {
  const Session session(real_file("models/" + model.name + ".onnx"), {});
  return limit_samples(open_samples({real_file("models/" + model.inputs + ".npy")}, wanted_inputs(session)), model.samples);
}

QuantizeOptions options_of(const RealModel& model) {
  QuantizeOptions options;
  options.model = real_file("models/" + model.name + ".onnx");
  options.method = "mse";
  return options;
}

const onnx::NodeProto& node_named(const Model& model, const std::string& name) {
  const auto& nodes = model.graph().node();
  return *std::find_if(nodes.begin(), nodes.end(), [&](const onnx::NodeProto& node) { return node_title(node) == name; });
}

/// A model with a fault, quantized, and what the report says of it.
struct Planted {
  const RealModel& real;
  QuantizeOptions options = options_of(real);
  Model model = read_model(options.model);
  std::optional<RangesFile> ranges = {};                      // instead of calibration
  std::function<void(Candidate&)> spoil = [](Candidate&) {};  // what was made

  explicit Planted(const std::string& name) : real(::real(name)) {}

  std::vector<std::pair<std::string, LayerFinding>> findings() const {
    const auto samples = samples_of(real);
    SilentOutput silent;
    QuantizeWorkbench workbench(model, options, samples.get(), ranges ? &*ranges : nullptr, silent);
    Candidate candidate = best_candidate(workbench);
    spoil(candidate);
    const std::vector<LayerError> errors = layer_errors(workbench, candidate);
    std::vector<std::pair<std::string, LayerFinding>> named;
    for (const LayerFinding& finding : layer_findings(errors)) named.emplace_back(errors[finding.error].layer, finding);
    return named;
  }
};

/// All weights that meet one input of the layer, times `factor`.
void scale_column(Model& model, const std::string& layer, std::size_t column, float factor) {
  const onnx::NodeProto& node = node_named(model, layer);
  const TensorView view = *model.initializer(node.input(1));
  Tensor weight{view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
  const bool transposed = node.op_type() == "Gemm" || node.op_type() == "Conv";  // [out, in, ..]
  const auto values = weight.values<float>();
  const auto outputs = static_cast<std::size_t>(transposed ? view.shape[0] : view.shape.back());
  const std::size_t each = values.size() / outputs;
  const bool depthwise = node.op_type() == "Conv" && view.shape[1] == 1;
  const std::size_t taps = node.op_type() == "Conv" && !depthwise ? each / static_cast<std::size_t>(view.shape[1]) : 1;
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t t = 0; t < taps; ++t) values[transposed ? o * each + column * taps + t : column * outputs + o] *= factor;
  }
  model.set_initializer(node.input(1), std::move(weight));
}

/// A bias so low that the activation function behind it lets nothing through.
void kill(Model& model, const std::string& bias) {
  const TensorView view = *model.initializer(bias);
  const std::vector<float> low(static_cast<std::size_t>(view.size()), -1e4F);
  model.set_initializer(bias, make_tensor<float>(view.shape, low));
}

RangesFile ranges_of(const std::string& name) {
  const Planted whole(name);
  const auto samples = samples_of(whole.real);
  SilentOutput silent;
  QuantizeWorkbench workbench(whole.model, whole.options, samples.get(), nullptr, silent);
  const Candidate candidate = best_candidate(workbench);
  RangesFile file;
  file.method = "mse";
  file.tensors = candidate.ranges;
  return file;
}

/// Lets the weights of a layer have their scales along another axis.
void swap_axis(Candidate& candidate, const std::string& layer) {
  onnx::GraphProto& graph = candidate.made.model.graph();
  const std::string weight = node_named(candidate.made.model, layer).input(1);
  onnx::NodeProto& node = *graph.mutable_node(GraphIndex(graph).producer(weight));
  for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.name() == "axis") attribute.set_i(1 - attribute.i());
  }
}

/// Counts faults whose layer comes first.
class Tally {
 public:
  void add(const std::string& kind, const Planted& planted, const std::string& layer, const std::string& cause) {
    const auto findings = planted.findings();
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto& finding) { return finding.first == layer; });
    REQUIRE(found != findings.end());
    const auto place = found - findings.begin();
    const std::size_t next = place == 0 ? 1 : 0;
    const double others = findings.size() > next ? findings[next].second.lost_share : 0;
    MESSAGE(fmt::format("{:<10} {:<18} {:<20} place {}: {:.2f} % lost, next {:.2f} %; {}", kind, planted.real.name, layer, place + 1,
                        found->second.lost_share * 100, others * 100, found->second.cause));
    ++planted_;
    if (place == 0) ++first_;
    if (found->second.cause.find(cause) != std::string::npos) ++named_;
  }
  int planted() const { return planted_; }
  int first() const { return first_; }
  int named() const { return named_; }

 private:
  int planted_ = 0, first_ = 0, named_ = 0;
};

bool have_all() {
  bool all = true;
  for (const char* name : {"ai4i_mlp", "cmapss_cnn", "cmapss_lstm", "cmapss_transformer", "digits_cnn", "bytes_lm"}) {
    all = all && real_model(name) && have_file("models/" + real(name).inputs + ".npy");
  }
  return all;
}

}  // namespace

TEST_CASE("a planted fault is ranked first") {
  if (!have_all()) return;
  Tally tally;
  for (const auto& [name, layer, column] : std::vector<std::tuple<std::string, std::string, std::size_t>>{{"ai4i_mlp", "node_linear_1", 20},
                                                                                                          {"cmapss_cnn", "/res/res.3/Conv", 5},
                                                                                                          {"cmapss_transformer", "node_MatMul_39", 33},
                                                                                                          {"digits_cnn", "/f/f.6/f/f.3/Conv", 4},
                                                                                                          {"bytes_lm", "node_MatMul_105", 100}}) {
    Planted planted(name);
    scale_column(planted.model, layer, column, 1000);
    tally.add("column", planted, layer, fmt::format("weight column"));
  }
  for (const auto& [name, layer, bias] : std::vector<std::tuple<std::string, std::string, std::string>>{{"ai4i_mlp", "node_linear_1", ""},
                                                                                                        {"cmapss_cnn", "/fc/Gemm", ""},
                                                                                                        {"cmapss_cnn", "/stem/stem.0/Conv", ""},
                                                                                                        {"cmapss_lstm", "/fc/Gemm", ""},
                                                                                                        {"digits_cnn", "/f/f.6/f/f.0/Conv", ""}}) {
    Planted planted(name);
    kill(planted.model, bias.empty() ? node_named(planted.model, layer).input(2) : bias);
    tally.add("dead", planted, layer, "dead");
  }
  for (const auto& [name, tensor, other, from, layer] :
       std::vector<std::array<std::string, 5>>{{"ai4i_mlp", "relu_1", "cmapss_lstm", "/Relu_output_0", "node_linear_2"},
                                               {"cmapss_cnn", "/dw/dw.3/Mul_output_0", "cmapss_transformer", "softmax", "/dw/dw.4/Conv"},
                                               {"cmapss_transformer", "gelu", "digits_cnn", "/f/f.5/Add_output_0", "node_MatMul_41"},
                                               {"digits_cnn", "/f/f.7/Add_output_0", "cmapss_transformer", "softmax", "/f/f.8/Conv"},
                                               {"bytes_lm", "layer_norm_8", "cmapss_cnn", "/dw/dw.3/f/f.2/Relu_output_0", "node_MatMul_146"}}) {
    Planted planted(name);
    planted.ranges = ranges_of(name);
    planted.ranges->tensors.at(tensor).range = ranges_of(other).tensors.at(from).range;
    tally.add("range", planted, layer, "does not fit");
  }
  for (const auto& [name, layer] : std::vector<std::pair<std::string, std::string>>{{"ai4i_mlp", "node_linear_1"},
                                                                                    {"cmapss_transformer", "node_MatMul_4"},
                                                                                    {"cmapss_transformer", "node_MatMul_72"},
                                                                                    {"bytes_lm", "node_MatMul_35"},
                                                                                    {"bytes_lm", "node_MatMul_146"}}) {
    Planted planted(name);
    const std::string chosen = layer;
    planted.spoil = [chosen](Candidate& candidate) { swap_axis(candidate, chosen); };
    tally.add("axis", planted, layer, "swapped axis");
  }
  MESSAGE(fmt::format("ranked first: {} of {} planted faults; the cause named: {}", tally.first(), tally.planted(), tally.named()));
  CHECK(tally.planted() == 20);
  CHECK(tally.first() >= 19);
  CHECK(tally.named() >= 19);
}
