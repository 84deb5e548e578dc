#include "evaluator/task/metric_names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace iai {

std::vector<std::string> metrics_of(TaskKind kind) {
  switch (kind) {
    case TaskKind::regression: return {"rmse", "mae", "r2", "nasa_score"};
    case TaskKind::classification: return {"accuracy", "precision", "recall", "f1", "cross_entropy", "bits_per_byte"};
    case TaskKind::binary: return {"accuracy", "precision", "recall", "f1", "average_precision", "roc_auc", "cross_entropy", "bits_per_byte"};
  }
  return {};
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
  constexpr std::array<std::string_view, 5> losses{"rmse", "mae", "nasa_score", "cross_entropy", "bits_per_byte"};
  return std::find(losses.begin(), losses.end(), metric) != losses.end() ? Direction::lower_is_better : Direction::higher_is_better;
}

}  // namespace iai
