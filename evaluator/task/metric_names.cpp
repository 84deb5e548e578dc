#include "evaluator/task/metric_names.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace iai {

namespace {

struct NamedMetric {
  std::string_view name;
  bool binary, classification, regression;
  Direction direction;
};

constexpr Direction higher = Direction::higher_is_better, lower = Direction::lower_is_better;

/// In the order in which errors name them.
constexpr NamedMetric all_metrics[] = {
    {"accuracy", true, true, false, higher},
    {"precision", true, true, false, higher},
    {"recall", true, true, false, higher},
    {"f1", true, true, false, higher},
    {"specificity", true, false, false, higher},
    {"balanced_accuracy", true, true, false, higher},
    {"matthews_correlation", true, true, false, higher},
    {"average_precision", true, false, false, higher},
    {"roc_auc", true, false, false, higher},
    {"cross_entropy", true, true, false, lower},
    {"bits_per_byte", true, true, false, lower},
    {"brier_score", true, true, false, lower},
    {"expected_calibration_error", true, true, false, lower},
    {"equal_mass_calibration_error", true, true, false, lower},
    {"rmse", false, false, true, lower},
    {"mae", false, false, true, lower},
    {"median_absolute_error", false, false, true, lower},
    {"mape", false, false, true, lower},
    {"smape", false, false, true, lower},
    {"r2", false, false, true, higher},
    {"nasa_score", false, false, true, lower},
};

bool is_of(const NamedMetric& metric, TaskKind kind) {
  switch (kind) {
    case TaskKind::binary: return metric.binary;
    case TaskKind::classification: return metric.classification;
    case TaskKind::regression: return metric.regression;
  }
  return false;
}

}  // namespace

std::vector<std::string> metrics_of(TaskKind kind) {
  std::vector<std::string> names;
  for (const NamedMetric& metric : all_metrics) {
    if (is_of(metric, kind)) names.emplace_back(metric.name);
  }
  return names;
}

std::vector<std::string> usual_metrics(TaskKind kind) {
  switch (kind) {
    case TaskKind::regression: return {"rmse", "mae", "r2"};
    case TaskKind::classification: return {"accuracy", "precision", "recall", "f1"};
    case TaskKind::binary: return {"f1", "accuracy", "precision", "recall", "average_precision", "roc_auc"};
  }
  return {};
}

Direction metric_direction(const std::string& metric) {
  const auto* at = std::find_if(std::begin(all_metrics), std::end(all_metrics), [&](const NamedMetric& known) { return known.name == metric; });
  return at == std::end(all_metrics) ? higher : at->direction;
}

}  // namespace iai
