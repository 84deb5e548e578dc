#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/yaml.hpp"

namespace iai {

enum class BoxFormat {
  xyxy,    ///< left, top, right, bottom
  xywh,    ///< left, top, width, height
  cxcywh,  ///< middle, width, height
};

/// Where a model's detections are among its outputs.
struct DetectionOutputs {
  /// One name: [image, box, 6], four numbers of the box, score, class. Three: boxes [image, box, 4], scores and classes [image, box]; a run over one
  /// image may lack the first axis.
  std::vector<std::string> names;
  BoxFormat format = BoxFormat::xyxy;
  double width = 0, height = 0;  ///< of the picture that boxes are measured in; 0: the image in its own pixels
  std::int64_t first_class = 0;  ///< number of the task's first class
};

/// Key 'detections' of a task. Fails at the node that is wrong.
DetectionOutputs read_detection_outputs(const Yaml& node);

}  // namespace iai
