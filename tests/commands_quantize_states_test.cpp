#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "commands/quantize_inputs.hpp"
#include "commands/quantize_search.hpp"
#include "evaluator/metrics/sequences.hpp"
#include "formats/decibels.hpp"
#include "formats/npy.hpp"
#include "tests/model_building.hpp"
#include "tests/silent_output.hpp"

using namespace iai;
using namespace building;

namespace {

constexpr std::int64_t units = 8;

/// One step of a leaky integrator: h_out = Relu(x W + 0.95 h), y = h_out V. Its state grows over some twenty steps.
Model step_model() {
  Model model = make_model({-1, 4}, {-1, 4});
  add_value(*model.graph().add_input(), "h", {-1, units});
  add_value(*model.graph().add_output(), "h_out", {-1, units});
  add_weights(model, "w", {4, units});
  add_weights(model, "v", {units, 4});
  std::vector<float> keep(units * units);
  for (std::size_t i = 0; i < units; ++i) keep[i * (units + 1)] = 0.95F;
  model.set_initializer("r", make_tensor<float>({units, units}, keep));
  add_node(model, "MatMul", {"x", "w"}, "in");
  add_node(model, "MatMul", {"h", "r"}, "kept");
  add_node(model, "Add", {"in", "kept"}, "sum");
  add_node(model, "Relu", {"sum"}, "h_out");
  add_node(model, "MatMul", {"h_out", "v"}, "y");
  return model;
}

/// One step of an LSTM whose forget gates stay open and whose input gates let little in: its states fill over many steps. y = h_out V.
Model lstm_step_model() {
  Model model = make_model({-1, 4}, {-1, 4});
  for (const std::string name : {"h", "c"}) {
    add_value(*model.graph().add_input(), name, {1, -1, units});
    add_value(*model.graph().add_output(), name + "_out", {1, -1, units});
  }
  add_weights(model, "w", {1, 4 * units, 4});
  add_weights(model, "r", {1, 4 * units, units});
  add_weights(model, "v", {units, 4});
  std::vector<float> bias(8 * units);  // gates: input, output, forget, cell
  for (std::size_t i = 0; i < units; ++i) {
    bias[i] = -4;
    bias[units + i] = bias[2 * units + i] = 6;
    bias[3 * units + i] = 2;
  }
  model.set_initializer("b", make_tensor<float>({1, 8 * units}, bias));
  model.set_initializer("first", make_tensor<std::int64_t>({1}, std::array<std::int64_t, 1>{0}));
  add_node(model, "Unsqueeze", {"x", "first"}, "steps");
  onnx::NodeProto& node = add_node(model, "LSTM", {"steps", "w", "r", "b", "", "h", "c"}, "");
  node.set_name("lstm");
  node.add_output("h_out");
  node.add_output("c_out");
  set_integer(node, "hidden_size", units);
  add_node(model, "Squeeze", {"h_out", "first"}, "last");
  add_node(model, "MatMul", {"last", "v"}, "y");
  return model;
}

constexpr std::int64_t sequences = 12, length = 40, steps = sequences * length;

/// Inputs of 12 sequences of 40 steps, the source's answers as labels, and two tasks: one that feeds states back, and one that takes
/// them from arrays of zeros. Returns the root mean square of the answers.
double write_case(const Folder& folder, const Model& model, const StatePorts& states, const std::vector<std::int64_t>& state_shape) {
  write_model(model, folder / "m.onnx");
  std::vector<float> values(steps * 4);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(std::sin(static_cast<double>(i * i)) + 0.4);
  write_npy(folder / "x.npy", make_tensor<float>({steps, 4}, values).view());
  std::vector<std::int64_t> groups(steps);
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<std::int64_t>(i) / length;
  write_npy(folder / "g.npy", make_tensor<std::int64_t>({steps}, groups).view());
  std::string fed_back, from_arrays = "x: x.npy";
  for (const auto& [input, output] : states) {
    fed_back += fmt::format("{}{}: {}", fed_back.empty() ? "" : ", ", input, output);
    from_arrays += fmt::format(", {}: {}.npy", input, input);
    write_npy(folder / (input + ".npy"), make_tensor<float>(state_shape, std::vector<float>(static_cast<std::size_t>(element_count(state_shape)))).view());
  }
  const std::string head = "kind: regression\nmetrics: [rmse]\nlabels: y.npy\ngroups: g.npy\nsplits: {evaluation: , calibration: }\n";
  std::ofstream(folder / "run.yaml") << head << "inputs: x.npy\nstates: {" << fed_back << "}\n";
  std::ofstream(folder / "still.yaml") << head << "inputs: {" << from_arrays << "}\n";
  write_npy(folder / "y.npy", make_tensor<float>({steps, 4}, std::vector<float>(steps * 4)).view());

  const Session session(folder / "m.onnx", {});
  const Task task = read_task(folder / "run.yaml");
  LabelledSamples given = load_task_samples(task, "evaluation", wanted_inputs(session));
  Tensor labels{ElementType::float32, {steps, 4}, {}};
  run_samples(session, *with_states(session, std::move(given.inputs), task, given.groups), 1, 1, [&](std::int64_t, const std::vector<Tensor>& outputs) {
    labels.bytes.insert(labels.bytes.end(), outputs[0].bytes.begin(), outputs[0].bytes.end());
  });
  write_npy(folder / "y.npy", labels.view());
  double squares = 0;
  for (const double value : to_doubles(labels.view())) squares += value * value;
  return std::sqrt(squares / (steps * 4));
}

struct Outcome {
  double largest = 0;  ///< that calibration saw of the tensor
  double rmse = 0;     ///< of the answers over whole sequences, against the source's
  std::string bytes;
};

double sqnr_db(double answers, const Outcome& outcome) { return decibels(answers * answers, outcome.rmse * outcome.rmse); }

Outcome quantized(const Folder& folder, const std::string& task_file, const std::string& tensor, int threads = 1) {
  QuantizeOptions options;
  options.model = folder / "m.onnx";
  options.task = folder / task_file;
  options.method = "min-max";
  options.runtime.threads = threads;
  const Model source = read_model(options.model);
  const CalibrationSource calibration{{}, read_task(options.task)};
  const auto samples = quantize_samples(options, calibration, source, Session(options.model, {}), true);
  SilentOutput silent;
  QuantizeWorkbench workbench(source, options, samples.get(), nullptr, silent);
  const Candidate made = best_candidate(workbench);
  write_model(made.made.model, folder / "q.onnx");
  const double rmse = evaluate(Session(folder / "q.onnx", {}), read_task(folder / "run.yaml"), 0, threads).metric("rmse").value;
  return {static_cast<double>(made.ranges.at(tensor).maximum), rmse, serialize_model(made.made.model)};
}

}  // namespace

TEST_CASE("states of a step model are calibrated by running sequences: their range is seen only then") {
  if (!have_runtime()) return;
  const Folder folder;
  const double size = write_case(folder, step_model(), {{"h", "h_out"}}, {steps, units});
  const Outcome run = quantized(folder, "run.yaml", "h"), still = quantized(folder, "still.yaml", "h");
  MESSAGE(fmt::format("states reach {:.1f}; answers over whole sequences {:.1f} dB, calibrated on zeros {:.1f} dB", run.largest, sqnr_db(size, run),
                      sqnr_db(size, still)));
  CHECK(run.largest > 5);
  CHECK(still.largest == 0);
  CHECK(run.rmse < 0.2);
  CHECK(still.rmse > 10 * run.rmse);
  CHECK(quantized(folder, "run.yaml", "h", 3).bytes == run.bytes);
}

TEST_CASE("states of an LSTM step, layers first, fill over many steps only") {
  if (!have_runtime()) return;
  const Folder folder;
  const double size = write_case(folder, lstm_step_model(), {{"h", "h_out"}, {"c", "c_out"}}, {steps, 1, units});
  const Outcome run = quantized(folder, "run.yaml", "last"), still = quantized(folder, "still.yaml", "last");
  MESSAGE(fmt::format("states reach {:.2f}, and {:.2f} in one step; answers over whole sequences {:.1f} dB, calibrated on zeros {:.1f} dB", run.largest,
                      still.largest, sqnr_db(size, run), sqnr_db(size, still)));
  CHECK(run.largest > 3 * still.largest);
  CHECK(still.rmse > 3 * run.rmse);
  CHECK(quantized(folder, "run.yaml", "last", 3).bytes == run.bytes);
}
