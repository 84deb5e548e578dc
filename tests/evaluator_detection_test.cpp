#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/metrics/detection.hpp"
#include "evaluator/metrics/detection_reader.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/task/metric_names.hpp"
#include "formats/error.hpp"
#include "tests/error_of.hpp"
#include "tests/metric_building.hpp"

using namespace iai;

namespace {

constexpr std::int32_t class_count = 5;

/// The generator of tests/detection_reference.py, whose figures stand below.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::int32_t below(std::int32_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int32_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }
  double quarters(std::int32_t bound) { return below(4 * bound) / 4.0; }
  Box box(std::int32_t size) {
    Box box;
    box[0] = quarters(200);
    box[1] = quarters(200);
    box[2] = 1 + quarters(size);
    box[3] = 1 + quarters(size);
    return box;
  }
  Box moved(const Box& box) {
    double change[4];
    for (double& each : change) each = (below(17) - 8) / 64.0;
    return {box[0] + box[2] * change[0], box[1] + box[3] * change[1], box[2] * (1 + change[2]), box[3] * (1 + change[3])};
  }

 private:
  std::uint64_t state_;
};

struct Case {
  std::uint64_t seed;
  std::int32_t images, most, scores;
};

/// As make() of the script does.
Answers made_up(const Case& wanted, std::int32_t copies = 1) {
  Draws draws(wanted.seed);
  Answers answers;
  answers.kind = TaskKind::detection;
  answers.classes = class_count;
  for (std::int32_t i = 0; i < wanted.images; ++i) {
    TrueImage image{(i * 7 + 3) % wanted.images, 0, 0, {}};
    for (std::int32_t n = i % 4 == 3 ? 0 : draws.below(7); n > 0; --n) {
      TrueBox object;
      object.label = draws.below(class_count - 1);
      const std::int32_t sizes[] = {20, 80, 200};
      object.box = draws.box(sizes[draws.below(3)]);
      object.crowd = draws.below(8) == 0;
      object.area = object.box[2] * object.box[3] * 0.75;
      image.boxes.push_back(object);
    }
    std::vector<FoundBox> found;
    for (std::int32_t n = i % 5 == 4 ? 0 : draws.below(wanted.most); n > 0; --n) {
      FoundBox box;
      if (!image.boxes.empty() && draws.below(3) != 0) {
        const TrueBox& like = image.boxes[static_cast<std::size_t>(draws.below(static_cast<std::int32_t>(image.boxes.size())))];
        box.label = draws.below(8) != 0 ? like.label : draws.below(class_count);
        box.box = draws.moved(like.box);
      } else {
        box.label = draws.below(class_count);
        box.box = draws.box(100);
      }
      box.score = draws.below(wanted.scores) / static_cast<double>(wanted.scores);
      found.push_back(box);
    }
    for (std::int32_t copy = 0; copy < copies; ++copy) answers.matches.push_back(std::make_shared<const ImageMatches>(match_boxes(image, found)));
  }
  answers.set_clusters({}, answers.matches.size(), 1);
  return answers;
}

/// pycocotools 2.0.11: AP, AP50, AP75, AP small, medium, large, AR1, AR10, AR100, AR small, medium, large; AP of each class, the last without objects.
struct Expected {
  Case made;
  std::array<double, 12 + class_count> figures;
};
const Expected expected[] = {
    {{1, 60, 20, 1048576},
     {0.15380366401365397, 0.30614043439888816, 0.14257104039947155, 0.19481077532714014, 0.1581131651843932, 0.19504714757190003, 0.22969809760132337,
      0.40377112135176646, 0.40377112135176646, 0.402953431372549, 0.41375, 0.2791666666666667, 0.21036950760175063, 0.1544424552694362, 0.16162960270365645,
      0.08877309047977268, -1.0}},
    {{2, 60, 20, 8},
     {0.1282935458920524, 0.23264696968688767, 0.12971428555165196, 0.18834752540929792, 0.08426674140368866, 0.304130331302361, 0.2096265353887305,
      0.37603737725688946, 0.37603737725688946, 0.4111841238471673, 0.3640151515151515, 0.4038095238095238, 0.11065184502336108, 0.06712514822110566,
      0.24597354857810358, 0.08942364174563934, -1.0}},
    {{3, 24, 1200, 64},
     {0.1469277045796572, 0.23850048921445982, 0.17279930694491402, 0.17850035875238157, 0.14317989693176292, 0.3419215441420418, 0.2922202797202797,
      0.6369776057276058, 0.7748834498834498, 0.7593253968253968, 0.7775, 0.825, 0.1516068614876577, 0.24233119300919867, 0.08495831824534043,
      0.10881444557643202, -1.0}},
    {{4, 400, 12, 1000},
     {0.07567896256030812, 0.15106059816712591, 0.06138329652526715, 0.09890899650842344, 0.05790021578085628, 0.1720753019695242, 0.15347556972770252,
      0.2458022588273177, 0.2458022588273177, 0.23062135117950433, 0.263555602006689, 0.2729034391534392, 0.09045410249018694, 0.08199271268204948,
      0.07169446401187034, 0.05857457105712563, -1.0}},
};

}  // namespace

TEST_CASE("detection: pycocotools' figures, with crowds, equal scores, empty images, over 100 detections, and a class without objects") {
  const std::vector<std::string> names = metrics_of(TaskKind::detection);
  REQUIRE(names.size() == 12);
  for (const Expected& each : expected) {
    CAPTURE(each.made.seed);
    const Answers answers = made_up(each.made);
    for (std::size_t i = 0; i < names.size(); ++i) {
      CAPTURE(names[i]);
      CHECK(close(metric_value(names[i], answers), each.figures[i]));
    }
    for (std::int32_t label = 0; label < class_count; ++label) {
      CAPTURE(label);
      const auto statistic = detection_statistic("ap", answers, label);
      const double value = statistic->value(std::vector<std::uint32_t>(static_cast<std::size_t>(answers.clusters), 1));
      if (label == class_count - 1) CHECK(statistic->undefined() == "the labels have no object");
      else CHECK(close(value, each.figures[12 + static_cast<std::size_t>(label)]));
    }
  }
}

TEST_CASE("detection: an image that counts three times is the same as three of them, whatever the order of images") {
  const Case wanted{1, 60, 20, 1 << 20};
  const Answers once = made_up(wanted), thrice = made_up(wanted, 3);
  const std::vector<std::uint32_t> weights(static_cast<std::size_t>(once.clusters), 3);
  std::vector<std::int64_t> backwards;
  for (std::int64_t i = once.size(); i-- > 0;) backwards.push_back(i);
  for (const std::string& name : metrics_of(TaskKind::detection)) {
    CAPTURE(name);
    CHECK(close(make_statistic(name, once)->value(weights), metric_value(name, thrice)));
    CHECK(metric_value(name, once.subset(backwards)) == metric_value(name, once));
  }
}

TEST_CASE("detection: intervals over images, the same for any number of threads; n counts objects of the size") {
  Task task;
  task.path = "task.yaml";
  task.kind = TaskKind::detection;
  task.metrics = {"ap", "ap50", "ap_small", "ar10"};
  const Answers answers = made_up({2, 60, 20, 8});
  const std::vector<Metric> one = judge(task, answers, 1), three = judge(task, answers, 3);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CAPTURE(one[i].name);
    CHECK(one[i].interval == "bootstrap-bca");
    CHECK(one[i].low < one[i].value);
    CHECK(one[i].value < one[i].high);
    CHECK(one[i].low == three[i].low);
    CHECK(one[i].high == three[i].high);
  }
  CHECK(one[0].n == one[1].n);
  CHECK(one[2].n < one[0].n);
}

namespace {

/// Two images of 100 x 200, one object in the first.
LabelledSamples two_images() {
  LabelledSamples samples;
  samples.label_file = "truth.json";
  samples.truth = BoxTruth{{"scratch", "dent"}, {{1, 0}, {2, 1}}, {{7, 100, 200, {{1, false, 600, {10, 20, 20, 30}}}}, {8, 100, 200, {}}}};
  return samples;
}

Task detection_task(std::vector<std::string> outputs, BoxFormat format = BoxFormat::xyxy) {
  Task task;
  task.path = "task.yaml";
  task.kind = TaskKind::detection;
  task.detections.names = std::move(outputs);
  task.detections.format = format;
  task.metrics = {"ap"};
  return task;
}

double ap_of(const Task& task, const std::vector<Tensor>& outputs, std::int64_t n) {
  const LabelledSamples samples = two_images();
  DetectionReader reader(task, samples);
  reader.add(outputs, 0, n);
  if (n == 1) reader.add(outputs, 1, 1);
  return metric_value("ap", reader.take());
}

std::string error_of_row(const Task& task, const std::vector<float>& row) {
  return error_of([&] { ap_of(task, {make_tensor<float>({1, 1, 6}, row)}, 1); });
}

}  // namespace

TEST_CASE("detection: boxes in every form are the same box") {
  const std::vector<float> none(6);
  const auto together = [&](std::vector<float> row) {
    row.insert(row.end(), {10, 20, 30, 50, 0.1f, 1});  // the second image: a false detection of another class
    return std::vector<Tensor>{make_tensor<float>({2, 1, 6}, row)};
  };
  CHECK(close(ap_of(detection_task({"y"}), together({10, 20, 30, 50, 0.9f, 2}), 2), 1));
  CHECK(close(ap_of(detection_task({"y"}, BoxFormat::xywh), together({10, 20, 20, 30, 0.9f, 2}), 2), 1));
  CHECK(close(ap_of(detection_task({"y"}, BoxFormat::cxcywh), together({20, 35, 20, 30, 0.9f, 2}), 2), 1));
  CHECK(ap_of(detection_task({"y"}), together({10, 20, 30, 50, 0.9f, 1}), 2) == 0);
  Task relative = detection_task({"y"}, BoxFormat::cxcywh);
  relative.detections.width = relative.detections.height = 1;
  CHECK(close(ap_of(relative, together({0.2f, 0.175f, 0.2f, 0.15f, 0.9f, 2}), 2), 1));
  relative.detections.width = 50;
  relative.detections.height = 50;
  CHECK(close(ap_of(relative, together({10, 8.75f, 10, 7.5f, 0.9f, 2}), 2), 1));
}

TEST_CASE("detection: three outputs, with the axis of images and without; no detection is one too") {
  const Task task = detection_task({"boxes", "scores", "labels"});
  const std::vector<float> box{10, 20, 30, 50}, score{0.9f};
  const std::vector<std::int64_t> label{2};
  CHECK(ap_of(task, {make_tensor<float>({1, 4}, box), make_tensor<float>({1}, score), make_tensor<std::int64_t>({1}, label)}, 1) == doctest::Approx(1));
  CHECK(ap_of(task, {make_tensor<float>({1, 1, 4}, box), make_tensor<float>({1, 1}, score), make_tensor<std::int64_t>({1, 1}, label)}, 1) ==
        doctest::Approx(1));
  CHECK(ap_of(task, {make_tensor<float>({0, 4}, {}), make_tensor<float>({0}, {}), make_tensor<std::int64_t>({0}, {})}, 1) == 0);
  CHECK(error_of([&] {
          ap_of(task, {make_tensor<float>({1, 4}, box), make_tensor<float>({1}, score), make_tensor<std::int64_t>({1, 1}, label)}, 1);
        }) == "output 'labels' is [1, 1], which does not fit kind: detection with 1 image a run");
  CHECK(error_of([&] {
          ap_of(task, {make_tensor<float>({1, 4}, box), make_tensor<float>({1}, score), make_tensor<std::int64_t>({1}, label)}, 2);
        }) == "output 'boxes' is [1, 4], which does not fit kind: detection with 2 images a run");
}

TEST_CASE("detection: what is no detection is named with output, sample and place; a threshold leaves filling out") {
  Task task = detection_task({"y"});
  const float nan = std::nanf("");
  CHECK(error_of_row(task, {10, 20, 30, 50, nan, 2}) == "output 'y' has a score that is NaN or infinite for sample 0, detection 0");
  CHECK(error_of_row(task, {10, nan, 30, 50, 0.5f, 2}) == "output 'y' has a box with a number that is NaN or infinite for sample 0, detection 0");
  CHECK(error_of_row(task, {30, 20, 10, 50, 0.5f, 2}) == "output 'y' has a box -20 wide and 30 high for sample 0, detection 0");
  CHECK(error_of_row(task, {10, 20, 30, 50, 0.5f, 3}) == "output 'y' has the class 3 for sample 0, detection 0");
  CHECK(error_of_row(task, {10, 20, 30, 50, 0.5f, 1.5f}) == "output 'y' has the class 1.5 for sample 0, detection 0");
  CHECK(error_of_row(task, {10, 20, 30, 50, 0.5f, nan}) == "output 'y' has the class nan for sample 0, detection 0");
  CHECK(error_of([&] {
          ap_of(task, {make_tensor<float>({1, 1, 5}, std::vector<float>(5))}, 1);
        }) == "output 'y' is [1, 1, 5], which does not fit kind: detection with 1 image a run");
  task.threshold = 0;
  CHECK(error_of_row(task, {-1, -1, -2, -2, 0, -1}).empty());
  LabelledSamples samples = two_images();
  samples.truth.reset();
  CHECK(error_of([&] { DetectionReader(task, samples); }) == "task.yaml: the split has no labels");
  task.detections.width = task.detections.height = 1;
  samples = two_images();
  samples.truth->images[0].width = 0;
  DetectionReader reader(task, samples);
  const std::vector<Tensor> outputs{make_tensor<float>({1, 1, 6}, std::vector<float>{0, 0, 1, 1, 0.5f, 2})};
  CHECK(error_of([&] { reader.add(outputs, 0, 1); }) == "truth.json: the image with the id 7 has no width and height");
}

TEST_CASE("detection: without objects, or those of a size, a figure is undefined and says why") {
  Task task = detection_task({"y"});
  const LabelledSamples samples = two_images();
  DetectionReader reader(task, samples);
  reader.add(std::vector<Tensor>{make_tensor<float>({2, 1, 6}, std::vector<float>{10, 20, 30, 50, 0.9f, 2, 10, 20, 30, 50, 0.9f, 2})}, 0, 2);
  const Answers answers = reader.take();
  CHECK(make_statistic("ap_large", answers)->undefined() == "the labels have no large object");
  CHECK(std::isnan(metric_value("ap_large", answers)));
  const std::vector<std::int64_t> second{1};
  task.metrics = {"ap"};
  const std::vector<Metric> judged = judge(task, answers.subset(second), 1);
  CHECK(judged[0].undefined == "the labels have no object");
  CHECK(judged[0].n == 0);
}
