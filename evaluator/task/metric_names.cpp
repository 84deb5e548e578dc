#include "evaluator/task/metric_names.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace iai {

namespace {

/// Of several kinds, one bit each.
using Kinds = unsigned;
constexpr Kinds bit(TaskKind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr Kinds binary = bit(TaskKind::binary), classes = bit(TaskKind::classification), labels = bit(TaskKind::multi_label), anomaly = bit(TaskKind::anomaly),
                forecast = bit(TaskKind::forecasting), numbers = bit(TaskKind::regression) | forecast, boxes = bit(TaskKind::detection);

struct NamedMetric {
  std::string_view name;
  Kinds kinds;
  Direction direction;
};

constexpr Direction higher = Direction::higher_is_better, lower = Direction::lower_is_better;

/// In the order in which errors name them.
constexpr NamedMetric all_metrics[] = {
    {"accuracy", binary | classes | anomaly, higher},
    {"precision", binary | classes | labels | anomaly, higher},
    {"recall", binary | classes | labels | anomaly, higher},
    {"f1", binary | classes | labels | anomaly, higher},
    {"micro_f1", labels, higher},
    {"exact_match", labels, higher},
    {"hamming_loss", labels, lower},
    {"specificity", binary | anomaly, higher},
    {"balanced_accuracy", binary | classes | anomaly, higher},
    {"matthews_correlation", binary | classes | anomaly, higher},
    {"average_precision", binary | labels | anomaly, higher},
    {"roc_auc", binary | labels | anomaly, higher},
    {"cross_entropy", binary | classes, lower},
    {"bits_per_byte", binary | classes, lower},
    {"brier_score", binary | classes, lower},
    {"expected_calibration_error", binary | classes, lower},
    {"equal_mass_calibration_error", binary | classes, lower},
    {"rmse", numbers, lower},
    {"mae", numbers, lower},
    {"median_absolute_error", numbers, lower},
    {"mape", numbers, lower},
    {"smape", numbers, lower},
    {"mase", forecast, lower},
    {"r2", numbers, higher},
    {"nasa_score", bit(TaskKind::regression), lower},
    {"mean_iou", bit(TaskKind::segmentation), higher},
    {"mean_dice", bit(TaskKind::segmentation), higher},
    {"pixel_accuracy", bit(TaskKind::segmentation), higher},
    {"ap", boxes, higher},
    {"ap50", boxes, higher},
    {"ap75", boxes, higher},
    {"ap_small", boxes, higher},
    {"ap_medium", boxes, higher},
    {"ap_large", boxes, higher},
    {"ar1", boxes, higher},
    {"ar10", boxes, higher},
    {"ar100", boxes, higher},
    {"ar_small", boxes, higher},
    {"ar_medium", boxes, higher},
    {"ar_large", boxes, higher},
    {"recall_at_1", bit(TaskKind::retrieval), higher},
    {"recall_at_5", bit(TaskKind::retrieval), higher},
    {"recall_at_10", bit(TaskKind::retrieval), higher},
    {"mean_average_precision", bit(TaskKind::retrieval), higher},
    {"mean_reciprocal_rank", bit(TaskKind::retrieval), higher},
};

}  // namespace

std::vector<std::string> metrics_of(TaskKind kind) {
  std::vector<std::string> names;
  for (const NamedMetric& metric : all_metrics) {
    if ((metric.kinds & bit(kind)) != 0) names.emplace_back(metric.name);
  }
  return names;
}

std::vector<std::string> usual_metrics(TaskKind kind) {
  switch (kind) {
    case TaskKind::regression: return {"rmse", "mae", "r2"};
    case TaskKind::multi_label: return {"f1", "precision", "recall", "micro_f1", "exact_match", "hamming_loss"};
    case TaskKind::anomaly: return {"average_precision", "roc_auc"};
    case TaskKind::segmentation: return {"mean_iou", "mean_dice", "pixel_accuracy"};
    case TaskKind::detection: return {"ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar1", "ar10", "ar100"};
    case TaskKind::retrieval: return {"mean_average_precision", "recall_at_1", "recall_at_10", "mean_reciprocal_rank"};
    case TaskKind::forecasting: return {"mae", "rmse", "smape"};
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
