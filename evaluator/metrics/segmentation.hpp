#pragma once

#include <cstdint>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// Pixels of one class.
struct PixelCounts {
  double right = 0, actual = 0, predicted = 0;
};
/// Intersection over union (Jaccard, 1901), and Dice's coefficient (1945). The class occurs among labels or answers.
inline double iou(const PixelCounts& counts) { return counts.right / (counts.actual + counts.predicted - counts.right); }
inline double dice(const PixelCounts& counts) { return 2 * counts.right / (counts.actual + counts.predicted); }

/// Of each class over all samples. @param answers  of kind segmentation
std::vector<PixelCounts> pixels_of_classes(const Answers& answers);

}  // namespace iai
