#include "evaluator/task/detection_outputs.hpp"

#include <set>

#include <fmt/format.h>

#include "evaluator/task/task_split.hpp"

namespace iai {
namespace {

std::vector<std::string> output_names(const Yaml& node) {
  if (const Yaml* output = node.find("output")) {
    for (const char* key : {"boxes", "scores", "labels"}) {
      if (const Yaml* other = node.find(key)) other->fail(fmt::format("'output' holds boxes, scores and classes, '{}' only those", key), "name one of the two");
    }
    return {output->text()};
  }
  std::vector<std::string> names;
  for (const char* key : {"boxes", "scores", "labels"}) {
    const Yaml* output = node.find(key);
    if (output == nullptr)
      node.fail(fmt::format("missing key '{}'", key), "name the outputs with boxes, scores and labels, or with 'output' the one that holds all");
    names.push_back(output->text());
  }
  if (std::set<std::string>(names.begin(), names.end()).size() < 3) node.fail("an output is named twice", "boxes, scores and labels are outputs of their own");
  return names;
}

}  // namespace

DetectionOutputs read_detection_outputs(const Yaml& node) {
  node.allow_keys({"output", "boxes", "scores", "labels", "format", "unit", "size", "first_class"});
  DetectionOutputs outputs;
  outputs.names = output_names(node);
  if (const Yaml* format = node.find("format")) outputs.format = static_cast<BoxFormat>(choice(*format, {"xyxy", "xywh", "cxcywh"}));
  if (const Yaml* unit = node.find("unit"); unit != nullptr && choice(*unit, {"pixels", "relative"}) == 1) outputs.width = outputs.height = 1;
  if (const Yaml* size = node.find("size")) {
    if (outputs.width > 0) size->fail("relative boxes are shares of the image, whatever its size", "remove 'size' or 'unit: relative'");
    if (size->items().size() != 2) size->fail("expected two numbers, width and height", "size: [640, 480]");
    outputs.width = size->items()[0].number();
    outputs.height = size->items()[1].number();
    if (!(outputs.width > 0) || !(outputs.height > 0)) size->fail("width and height must be above 0", "size: [640, 480]");
  }
  if (const Yaml* first = node.find("first_class")) outputs.first_class = first->integer();
  return outputs;
}

}  // namespace iai
