#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "registry/registry.hpp"

namespace iai {

/// "accuracy>=0.97", "rmse<=15": what a recorded evaluation must show.
struct MetricLimit {
  std::string text, metric;
  bool at_least = true;
  double limit = 0;
  bool holds(double value) const { return at_least ? value >= limit : value <= limit; }
};
/// @throws Error(usage) when `text` is no such limit
MetricLimit parse_metric_limit(const std::string& text);

/// The newest evaluation of exactly this model that has the metric.
struct RecordedMetric {
  double value = 0;
  std::int64_t record = 0;  ///< number
};
/// @param sha256  of the model @returns nothing where no evaluation is recorded, or its figure is undefined
std::optional<RecordedMetric> recorded_metric(const Registry& registry, const std::string& sha256, const std::string& metric);

}  // namespace iai
