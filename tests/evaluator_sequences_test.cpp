#include "evaluator/metrics/sequences.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "evaluator/metrics/metrics.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"
#include "tests/model_building.hpp"

using namespace iai;
using namespace building;

namespace {

/// h_out = h + x, y = sum of h_out; the state lies as [layers, batch, 2] or [batch, 2].
Model summing(std::int64_t layers) {
  Model model = make_model({-1, 2}, {-1, 1});
  const std::vector<std::int64_t> state = layers > 0 ? std::vector<std::int64_t>{layers, -1, 2} : std::vector<std::int64_t>{-1, 2};
  add_value(*model.graph().add_input(), "h", state);
  add_value(*model.graph().add_output(), "h_out", state);
  add_node(model, "Add", {"h", "x"}, "h_out");
  std::string sum = "h_out";
  if (layers > 0) {
    set_integers(add_node(model, "ReduceMean", {"h_out"}, "layers"), "axes", {0});
    set_integer(*model.graph().mutable_node(1), "keepdims", 0);
    sum = "layers";
  }
  set_integers(add_node(model, "ReduceMean", {sum}, "y"), "axes", {1});
  return model;
}

/// x = 1, 2, 3 ... in both columns
std::unique_ptr<Samples> counting(const Folder& folder, std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.insert(values.end(), 2, static_cast<float>(i + 1));
  write_npy(folder / "x.npy", make_tensor<float>({count, 2}, values).view());
  return open_samples({folder / "x.npy"}, {{"x", ElementType::float32, {-1, 2}}});
}

Task task_with(StatePorts states) {
  Task task;
  task.path = "task.yaml";
  task.states = std::move(states);
  return task;
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.message();
  }
  return "no error";
}

}  // namespace

TEST_CASE("states are what the steps before left, each sequence for itself, whatever order they are read in") {
  if (!have_runtime()) return;
  const Folder folder;
  for (const std::int64_t layers : {0, 1, 3}) {
    CAPTURE(layers);
    write_model(summing(layers), folder / "m.onnx");
    const Session session(folder / "m.onnx", {});
    CHECK(fixed_batch(session) <= 1);
    const auto states = with_states(session, counting(folder, 6), task_with({{"h", "h_out"}}), {"a", "b", "a", "b", "a", "a"});
    CHECK(states->count() == 6);
    const auto state = [&](std::int64_t i) { return to_floats(states->read(i, 1)[1].view()).back(); };
    CHECK(state(5) == 1 + 3 + 5);  // group a: samples 1, 3, 5, 6
    CHECK(state(0) == 0);
    CHECK(state(1) == 0);
    CHECK(state(2) == 1);
    CHECK(state(3) == 2);
    CHECK(state(4) == 4);
    CHECK(states->read(4, 1)[1].shape == (layers > 0 ? std::vector<std::int64_t>{layers, 1, 2} : std::vector<std::int64_t>{1, 2}));
    CHECK(to_floats(states->read(4, 1)[0].view())[0] == 5);
    const auto one = with_states(session, counting(folder, 4), task_with({{"h", "h_out"}}), {});
    CHECK(to_floats(one->read(3, 1)[1].view())[0] == 1 + 2 + 3);
  }
}

TEST_CASE("a task with states is judged on sequences, with the model's own states") {
  if (!have_runtime()) return;
  const Folder folder;
  write_model(summing(1), folder / "m.onnx");
  counting(folder, 5);
  const std::vector<float> labels{1, 3, 6, 4, 9};  // two sequences: 1 2 3 and 4 5
  write_npy(folder / "y.npy", make_tensor<float>({5}, labels).view());
  write_npy(folder / "g.npy", make_tensor<std::int64_t>({5}, std::array<std::int64_t, 5>{1, 1, 1, 2, 2}).view());
  std::ofstream(folder / "task.yaml") << "kind: regression\nmetrics: [rmse]\ninputs: x.npy\nlabels: y.npy\ngroups: g.npy\nstates: {h: h_out}\n";
  const Session session(folder / "m.onnx", {});
  const Task task = read_task(folder / "task.yaml");
  for (const int batch : {1, 3}) CHECK(evaluate(session, task, batch, 2).metric("rmse").value == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("a state can be an integer and the model's first output: it is kept exactly, and the answer is another output") {
  if (!have_runtime()) return;
  const Folder folder;
  Model model = make_model({-1, 2}, {-1, 2});
  onnx::GraphProto& graph = model.graph();
  add_value(*graph.add_input(), "n", {-1, 1}, onnx::TensorProto::INT64);
  add_value(*graph.add_output(), "n_out", {-1, 1}, onnx::TensorProto::INT64);
  graph.mutable_output()->SwapElements(0, 1);
  constexpr std::int64_t large = (std::int64_t{1} << 60) + 1;  // no double holds it
  model.set_initializer("step", make_tensor<std::int64_t>({1}, std::array{large}));
  add_node(model, "Add", {"n", "step"}, "n_out");
  add_node(model, "Identity", {"x"}, "y");
  write_model(model, folder / "m.onnx");
  const Session session(folder / "m.onnx", {});
  const Task counted = task_with({{"n", "n_out"}});
  const auto states = with_states(session, counting(folder, 4), counted, {});
  CHECK(to_int64s(states->read(3, 1)[1].view()) == std::vector<std::int64_t>{3 * large});
  CHECK(to_int64s(states->read(1, 3)[1].view()) == std::vector<std::int64_t>{large, 2 * large, 3 * large});

  write_npy(folder / "y.npy", read_npy(folder / "x.npy").view());
  std::ofstream(folder / "task.yaml") << "kind: regression\nmetrics: [rmse]\ninputs: x.npy\nlabels: y.npy\nstates: {n: n_out}\n";
  CHECK(evaluate(session, read_task(folder / "task.yaml"), 3, 2).metric("rmse").value == 0);
}

TEST_CASE("states that do not fit are refused, and say why") {
  if (!have_runtime()) return;
  const Folder folder;
  write_model(summing(1), folder / "m.onnx");
  const Session session(folder / "m.onnx", {});
  CHECK(error_of([&] { with_states(session, counting(folder, 2), task_with({{"hh", "h_out"}}), {}); }) == "task.yaml: states: the model has no input 'hh'");
  CHECK(error_of([&] { with_states(session, counting(folder, 2), task_with({{"h", "out"}}), {}); }) == "task.yaml: states: the model has no output 'out'");
  CHECK(error_of([&] {
          with_states(session, counting(folder, 2), task_with({{"h", "y"}}), {});
        }) == "task.yaml: states: output 'y' is [1, 1], input 'h' takes [1, 1, 2]");
  Model growing = make_model({-1, 2}, {-1, 2});
  add_value(*growing.graph().add_input(), "h", {-1, 2});
  growing.set_initializer("k", make_tensor<float>({1}, std::array{1e20F}));
  add_node(growing, "Add", {"h", "x"}, "sum");
  add_node(growing, "Mul", {"sum", "k"}, "y");
  write_model(growing, folder / "g.onnx");
  const Session large(folder / "g.onnx", {});
  CHECK(error_of([&] { with_states(large, counting(folder, 5), task_with({{"h", "y"}}), {}); }) == "task.yaml: state 'y' becomes infinite at sample 1");
  Model batched = make_model({4, 2}, {4, 2});
  add_value(*batched.graph().add_input(), "h", {4, 2});
  add_node(batched, "Add", {"h", "x"}, "y");
  write_model(batched, folder / "b.onnx");
  const Session four(folder / "b.onnx", {});
  CHECK(error_of([&] {
          with_states(four, counting(folder, 4), task_with({{"h", "y"}}), {});
        }) == "task.yaml: states: the model takes 4 samples at once, sequences are run one after the other");

  const auto task_error = [&](const std::string& text) {
    std::ofstream(folder / "task.yaml") << "kind: regression\nlabels: y.npy\n" << text;
    return error_of([&] { read_task(folder / "task.yaml"); }).substr((folder / "task.yaml").string().size());
  };
  CHECK(task_error("inputs: x.npy\nstates: {h: a, c: a}\n") == ":4:19: output 'a' is named twice");
  CHECK(task_error("inputs: x.npy\nlimit: 5\nstates: {h: a}\n") == ":5:9: 'limit' of split 'evaluation' would leave out steps of a sequence");
  CHECK(task_error("inputs: {x: x.npy, h: h.npy}\nstates: {h: a}\n") == ":4:9: 'h' is a state and an input of split 'evaluation'");
  CHECK(task_error("inputs: x.npy\nstates: {}\n") == ":4:9: no state is named");
}
