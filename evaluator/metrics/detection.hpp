#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "evaluator/metrics/answers.hpp"
#include "evaluator/metrics/statistic.hpp"

namespace iai {

/// COCO's figures as pycocotools gives them, of one class or as means over those that have objects. ap: mean precision at the recalls 0, 0.01 ... 1
/// and the overlaps 0.5, 0.55 ... 0.95; ap50 and ap75 at one of these; ap_small, ap_medium, ap_large of objects of that size. ar1, ar10 and ar100: share
/// of the objects that the best 1, 10 or 100 detections of each image and class find, mean over the overlaps; ar_small, ar_medium, ar_large of the best 100.
/// @param label  place of a class; nothing: all
/// @source pycocotools/cocoeval.py, accumulate and summarize
std::unique_ptr<Statistic> detection_statistic(const std::string& metric, const Answers& answers, std::optional<std::int32_t> label);

/// Objects that `metric` rests on, and detections of their class or all.
struct DetectionCounts {
  std::int64_t objects = 0, found = 0;
};
DetectionCounts detection_counts(const std::string& metric, const Answers& answers, std::optional<std::int32_t> label = {});

/// How many predictions a resample of the answers runs through, of whatever kind they are.
std::int64_t resampled_size(const Answers& answers);

}  // namespace iai
