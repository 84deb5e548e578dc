#include "commands/compare_task.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "commands/compare_flips.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"
#include "tests/model_building.hpp"

using namespace iai;

namespace {

constexpr std::int64_t lines = 3, each = 20;

/// 60 samples of three lines, their class in the first two features, line b marked in the third.
struct Project {
  building::Folder folder;
  Project() {
    std::vector<float> x;
    std::vector<std::int64_t> y;
    std::ofstream slices(folder / "lines.csv");
    for (std::int64_t i = 0; i < lines * each; ++i) {
      const bool second = i % 2 == 1;
      x.insert(x.end(), {second ? 0.0F : 1.0F, second ? 1.0F : 0.0F, i / each == 1 ? 1.0F : 0.0F});
      y.push_back(second ? 1 : 0);
      slices << "abc"[i / each] << "\n";
    }
    write_npy(folder / "x.npy", make_tensor<float>({lines * each, 3}, x).view());
    write_npy(folder / "y.npy", make_tensor<std::int64_t>({lines * each}, y).view());
    task("kind: classification\nmetrics: [accuracy, f1]\ninputs: x.npy\nlabels: y.npy\nslices: {line: lines.csv}\n");
  }
  void task(const std::string& text) const { std::ofstream(folder / "task.yaml") << text; }
  /// logits = x w; weights by feature, then class.
  void model(const std::string& name, std::int64_t classes, const std::vector<float>& weights) const {
    Model made = building::make_model({-1, 3}, {-1, classes});
    made.set_initializer("w", make_tensor<float>({3, classes}, weights));
    building::add_node(made, "MatMul", {"x", "w"}, "y");
    write_model(made, folder / name);
  }
  TaskComparison compare(const std::string& reference, const std::string& candidate, bool same = false) const {
    const std::filesystem::path a = folder / reference, b = folder / candidate;
    const Session one(a, {}), other(b, {});
    return compare_by_task({a, b, one, other, same}, read_task(folder / "task.yaml"), "evaluation", {});
  }
};

}  // namespace

TEST_CASE("compare by task: the slice that lost is named, corrected for all") {
  if (!building::have_runtime()) return;
  const Project project;
  project.model("a.onnx", 2, {1, 0, 0, 1, 0, 0});
  project.model("b.onnx", 2, {1, 0, 0, 1, 0, 5});  // takes all of line b for class 1
  const TaskComparison found = project.compare("a.onnx", "b.onnx");
  CHECK(found.metric("accuracy").reference.value == 1);
  CHECK(found.metric("accuracy").candidate.value == doctest::Approx(50.0 / 60).epsilon(1e-12));
  CHECK(found.metric("accuracy").difference.interval == "score-paired");
  REQUIRE(found.slices.size() == 3);
  REQUIRE(found.worst_slice);
  CHECK(*found.worst_slice == 1);
  const SliceComparison& worst = found.slices[1];
  CHECK(worst.group == "b");
  CHECK(worst.n == each);
  CHECK(worst.loss == 0.5);
  CHECK(worst.test.p == doctest::Approx(std::pow(0.5, 9)).epsilon(1e-12));  // ten flips, all one way
  CHECK(worst.p_holm == doctest::Approx(3 * std::pow(0.5, 9)).epsilon(1e-12));
  CHECK(found.slices[0].p_holm == 1);
  CHECK(count_flips(found.answers).right_to_wrong == 10);
  const ReportRows rows = flip_rows(read_task(project.folder / "task.yaml"), found, 2);
  CHECK(rows.size() == 2);
  const std::string csv = flips_csv(read_task(project.folder / "task.yaml"), found);
  CHECK(csv.starts_with("sample,slices,actual,reference,model,change\n20,line=b,0,0,1,right_to_wrong\n22,line=b,0,0,1,right_to_wrong\n"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 11);
}

TEST_CASE("compare by task: other classes, and data of one class") {
  if (!building::have_runtime()) return;
  const Project project;
  project.model("a.onnx", 2, {1, 0, 0, 1, 0, 0});
  project.model("three.onnx", 3, {1, 0, 0, 0, 1, 0, 0, 0, 0});
  std::string message;
  try {
    project.compare("a.onnx", "three.onnx");
  } catch (const Error& error) {
    message = error.message();
    CHECK(error.kind() == ErrorKind::input);
  }
  CHECK(message == "the models cannot be compared: 2 classes against 3");

  write_npy(project.folder / "y.npy", make_tensor<std::int64_t>({lines * each}, std::vector<std::int64_t>(lines * each)).view());
  project.task("kind: binary\nmetrics: [roc_auc, accuracy]\ninputs: x.npy\nlabels: y.npy\n");
  project.model("b.onnx", 2, {1, 0, 0, 1, 0, 5});
  const TaskComparison found = project.compare("a.onnx", "b.onnx");
  CHECK(std::isnan(found.metric("roc_auc").difference.value));
  CHECK(found.metric("roc_auc").difference.undefined == "no sample is of the positive class");
  CHECK(std::isnan(found.test.p));
  CHECK(found.metric("accuracy").difference.value == doctest::Approx(-10.0 / 60).epsilon(1e-12));
  CHECK(!found.worst_slice);
}

TEST_CASE("compare by task: models that are the same have no difference to doubt") {
  if (!building::have_runtime()) return;
  const Project project;
  project.model("a.onnx", 2, {1, 0, 0, 1, 0, 0});
  const TaskComparison found = project.compare("a.onnx", "a.onnx", true);
  for (const MetricComparison& metric : found.metrics) {
    CHECK(metric.difference.interval == "identical");
    CHECK((metric.difference.value == 0 && metric.difference.low == 0 && metric.difference.high == 0));
  }
  CHECK(found.test.p == 1);
  CHECK(!found.worst_slice);
  CHECK(flips(found.answers).empty());
}
