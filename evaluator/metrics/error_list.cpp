#include "evaluator/metrics/error_list.hpp"

#include <algorithm>
#include <cmath>

namespace iai {

std::vector<std::int64_t> worst_predictions(const Answers& answers) {
  const bool regression = answers.is_numeric();
  const auto badness = [&](std::int64_t row) {
    const auto i = static_cast<std::size_t>(row);
    return regression ? std::abs(answers.score[i] - answers.truth[i]) : answers.loss[i];
  };
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < answers.size(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    if (regression || answers.actual[i] != answers.predicted[i]) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) { return badness(a) > badness(b); });
  return rows;
}

}  // namespace iai
