#include "evaluator/metrics/score_curves.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace iai {

std::vector<OperatingPoint> operating_points(const Answers& answers, std::size_t most) {
  const auto positives = static_cast<double>(std::count(answers.actual.begin(), answers.actual.end(), 1));
  const double negatives = static_cast<double>(answers.actual.size()) - positives;
  if (answers.score.empty() || positives == 0 || negatives == 0) return {};
  std::vector<std::size_t> order(answers.score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return answers.score[a] > answers.score[b]; });
  std::vector<OperatingPoint> all{{std::numeric_limits<double>::infinity(), 0, 0, 1}};
  double found = 0, alarms = 0;
  for (std::size_t i = 0; i < order.size();) {
    const double score = answers.score[order[i]];
    for (; i < order.size() && answers.score[order[i]] == score; ++i) {
      alarms += 1;
      found += answers.actual[order[i]];
    }
    all.push_back({score, (alarms - found) / negatives, found / positives, found / alarms});
  }
  if (all.size() <= most) return all;
  std::vector<OperatingPoint> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
  return some;
}

}  // namespace iai
