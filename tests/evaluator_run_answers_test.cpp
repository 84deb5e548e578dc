// Which samples run together, and that no answer depends on it.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "evaluator/metrics/metrics.hpp"
#include "formats/npy.hpp"
#include "tests/error_of.hpp"
#include "tests/model_building.hpp"

using namespace iai;

namespace {

constexpr std::int64_t count = 21;  // no multiple of the eight that run together
const std::vector<float> weights{1, -2, 0.5};

/// 21 samples of three numbers, all labels 0: the mean absolute error is the mean of |answer|.
struct Project {
  building::Folder folder;
  std::vector<float> x;
  Project() {
    for (std::int64_t i = 0; i < 3 * count; ++i) x.push_back(static_cast<float>((i * 37 % 23) - 9) / 4);
    write_npy(folder / "x.npy", make_tensor<float>({count, 3}, x).view());
    write_npy(folder / "y.npy", make_tensor<float>({count}, std::vector<float>(count)).view());
    std::ofstream(folder / "task.yaml") << "kind: regression\nmetrics: [mae]\ninputs: x.npy\nlabels: y.npy\n";
  }
  Model model() const {
    Model made = building::make_model({-1, 3}, {-1, 1});
    made.set_initializer("w", make_tensor<float>({3, 1}, weights));
    return made;
  }
  double judged(const Model& model, int batch, int threads) const {
    write_model(model, folder / "model.onnx");
    const Session session(folder / "model.onnx", {});
    return evaluate(session, read_task(folder / "task.yaml"), batch, threads, "evaluation").metric("mae").value;
  }
  /// Of |answer|, sample by sample, each answer divided by what `divisor` makes of its sample.
  template <typename Divisor>
  double expected(Divisor divisor) const {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const float* sample = x.data() + 3 * i;
      float answer = 0;
      for (std::size_t k = 0; k < 3; ++k) answer += sample[k] * weights[k];
      sum += std::abs(static_cast<double>(answer) / divisor(sample));
    }
    return sum / count;
  }
};

}  // namespace

TEST_CASE("answers are the same together and alone, whatever the threads") {
  if (!building::have_runtime()) return;
  const Project project;
  Model model = project.model();
  building::add_node(model, "MatMul", {"x", "w"}, "y");
  const double expected = project.expected([](const float*) { return 1.0; });
  for (const int batch : {0, 1, 5, 64}) {
    for (const int threads : {1, 3}) {
      CAPTURE(batch);
      CHECK(project.judged(model, batch, threads) == doctest::Approx(expected).epsilon(1e-12));
    }
  }
}

TEST_CASE("a model that mixes its batch is asked sample by sample") {
  if (!building::have_runtime()) return;
  const Project project;
  Model model = project.model();
  building::add_node(model, "Abs", {"x"}, "size");
  auto& largest = building::add_node(model, "ReduceMax", {"size"}, "largest");  // of all that runs together
  building::set_integer(largest, "keepdims", 1);
  building::add_node(model, "MatMul", {"x", "w"}, "sum");
  building::add_node(model, "Div", {"sum", "largest"}, "y");
  const double expected = project.expected([](const float* sample) { return std::max({std::abs(sample[0]), std::abs(sample[1]), std::abs(sample[2])}); });
  for (const int batch : {0, 1, 5, 64}) CHECK(project.judged(model, batch, 2) == doctest::Approx(expected).epsilon(1e-7));
}

TEST_CASE("a model that takes one sample though it names any number is asked sample by sample") {
  if (!building::have_runtime()) return;
  const Project project;
  Model model = project.model();
  model.set_initializer("one", make_tensor<std::int64_t>({2}, std::vector<std::int64_t>{1, 3}));
  building::add_node(model, "Reshape", {"x", "one"}, "row");
  building::add_node(model, "MatMul", {"row", "w"}, "y");
  const double expected = project.expected([](const float*) { return 1.0; });
  for (const int batch : {0, 64}) CHECK(project.judged(model, batch, 2) == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("what answers cannot be is said with the samples that ran together") {
  if (!building::have_runtime()) return;
  const Project project;
  std::ofstream(project.folder / "task.yaml") << "kind: classification\nmetrics: [accuracy]\ninputs: x.npy\nlabels: y.npy\n";
  Model model = project.model();
  building::add_node(model, "MatMul", {"x", "w"}, "y");
  CHECK(error_of([&] { project.judged(model, 0, 1); }).find("is [8, 1] for 8 samples, which does not fit") != std::string::npos);
  CHECK(error_of([&] { project.judged(model, 1, 1); }).find("is [1, 1], which does not fit") != std::string::npos);
}
