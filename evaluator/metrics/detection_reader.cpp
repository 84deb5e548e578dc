#include "evaluator/metrics/detection_reader.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

const BoxTruth& truth_of(const Task& task, const LabelledSamples& samples) {
  if (samples.truth) return *samples.truth;
  throw Error(ErrorKind::usage, fmt::format("{}: the split has no labels", task.path.string()), "name them with 'labels' in the task");
}

}  // namespace

DetectionReader::DetectionReader(const Task& task, const LabelledSamples& samples)
    : task_(task), truth_(truth_of(task, samples)), label_file_(samples.label_file) {
  answers_.kind = task.kind;
  answers_.classes = static_cast<std::int64_t>(truth_.classes.size());
  answers_.set_clusters(samples.groups, truth_.images.size(), 1);
}

void DetectionReader::fail(std::size_t output, std::int64_t sample, std::int64_t detection, const std::string& what, const std::string& hint) const {
  throw Error(ErrorKind::input,
              fmt::format("output '{}' {} for sample {}, detection {}", task_.detections.names[std::min(output, task_.detections.names.size() - 1)], what,
                          sample, detection),
              hint);
}

/// How many detections the outputs hold for each image.
std::int64_t DetectionReader::boxes_each(std::span<const Tensor> outputs, std::int64_t n) const {
  const auto refuse = [&](std::size_t output, const std::string& wanted) {
    throw Error(ErrorKind::input,
                fmt::format("output '{}' is {}, which does not fit kind: detection with {} image{} a run", task_.detections.names[output],
                            shape_text(outputs[output].shape), n, n == 1 ? "" : "s"),
                wanted);
  };
  const std::int64_t width = outputs.size() == 1 ? 6 : 4;
  const std::vector<std::int64_t>& shape = outputs[0].shape;
  const bool batched = shape.size() == 3 && shape[0] == n;
  if ((!batched && !(shape.size() == 2 && n == 1)) || shape.back() != width) {
    refuse(0, outputs.size() == 1 ? "'output' takes [image, box, 6]: four numbers of the box, score, class"
                                  : "boxes are [image, box, 4], or [box, 4] of one image");
  }
  const std::int64_t each = shape[shape.size() - 2];
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    const std::vector<std::int64_t> wanted = batched ? std::vector<std::int64_t>{n, each} : std::vector<std::int64_t>{each};
    if (outputs[i].shape != wanted) refuse(i, fmt::format("beside boxes {} it must be {}", shape_text(shape), shape_text(wanted)));
  }
  return each;
}

std::int32_t DetectionReader::label_of(double number, std::int64_t sample, std::int64_t detection) const {
  if (std::abs(number) < 0x1p53 && number == std::floor(number)) {
    if (const auto at = truth_.numbers.find(static_cast<std::int64_t>(number)); at != truth_.numbers.end()) return at->second;
  }
  const bool named = !task_.classes.empty();
  fail(2, sample, detection, fmt::format("has the class {}", number),
       named ? fmt::format("the task names {} classes, numbered from {}; 'first_class' of 'detections' says otherwise", task_.classes.size(),
                           task_.detections.first_class)
             : fmt::format("no category of {} has this id; name the model's classes in their order with 'classes'", label_file_));
}

/// @param numbers  four, as the model gives them
Box DetectionReader::box_of(const double* numbers, const TrueImage& image, std::int64_t sample, std::int64_t detection) const {
  if (!std::all_of(numbers, numbers + 4, [](double number) { return std::isfinite(number); }))
    fail(0, sample, detection, "has a box with a number that is NaN or infinite",
         "the model's weights or this sample are broken; 'threshold' leaves out low scores");
  Box box{numbers[0], numbers[1], numbers[2], numbers[3]};
  if (task_.detections.format == BoxFormat::xyxy) {
    box[2] -= box[0];
    box[3] -= box[1];
  } else if (task_.detections.format == BoxFormat::cxcywh) {
    box[0] -= box[2] / 2;
    box[1] -= box[3] / 2;
  }
  if (box[2] < 0 || box[3] < 0) {
    fail(0, sample, detection, fmt::format("has a box {} wide and {} high", box[2], box[3]),
         "the task's 'detections' say how boxes are written: format xyxy, xywh or cxcywh");
  }
  if (task_.detections.width > 0) {
    if (!(image.width > 0) || !(image.height > 0))
      throw Error(ErrorKind::input, fmt::format("{}: the image with the id {} has no width and height", label_file_, image.id),
                  "boxes that are not in its pixels need them; add them, or take 'unit' and 'size' out of the task");
    box[0] *= image.width / task_.detections.width;
    box[2] *= image.width / task_.detections.width;
    box[1] *= image.height / task_.detections.height;
    box[3] *= image.height / task_.detections.height;
  }
  return box;
}

void DetectionReader::add(std::span<const Tensor> outputs, std::int64_t first, std::int64_t n) {
  const std::int64_t each = boxes_each(outputs, n);
  const bool together = outputs.size() == 1;
  std::vector<std::vector<double>> values;
  for (const Tensor& output : outputs) values.push_back(to_doubles(output.view()));
  for (std::int64_t i = 0; i < n; ++i) {
    const TrueImage& image = truth_.images[static_cast<std::size_t>(first + i)];
    std::vector<FoundBox> found;
    for (std::int64_t d = 0; d < each; ++d) {
      const auto row = static_cast<std::size_t>(i * each + d);
      const double* numbers = values[0].data() + row * (together ? 6 : 4);
      const double score = together ? numbers[4] : values[1][row];
      if (!std::isfinite(score)) fail(1, first + i, d, "has a score that is NaN or infinite", "the model's weights or this sample are broken");
      if (task_.threshold && score <= *task_.threshold) continue;
      const std::int32_t label = label_of(together ? numbers[5] : values[2][row], first + i, d);
      found.push_back({label, score, box_of(numbers, image, first + i, d)});
    }
    answers_.matches.push_back(std::make_shared<const ImageMatches>(match_boxes(image, std::move(found))));
  }
}

}  // namespace iai
