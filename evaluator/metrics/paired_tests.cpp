#include "evaluator/metrics/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace iai {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// How many standard errors the counts lie above the difference `delta`.
class ScoreStatistic {
 public:
  ScoreStatistic(std::int64_t gained, std::int64_t lost, std::int64_t cases)
      : gained_(static_cast<double>(gained)), lost_(static_cast<double>(lost)), cases_(static_cast<double>(cases)) {}

  double operator()(double delta) const {
    const double above = gained_ - lost_ - cases_ * delta;
    const double variance = cases_ * (2 * share_lost(delta) + delta * (1 - delta));
    // At the ends, where every case was gained or lost, there is no spread: any distance is infinitely far.
    if (!(variance > 0)) return above == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), above);
    return above / std::sqrt(variance);
  }

 private:
  /// The likeliest share of lost cases, given the difference.
  double share_lost(double delta) const {
    const double b = (2 * cases_ - gained_ + lost_) * delta - gained_ - lost_, c = -lost_ * delta * (1 - delta);
    const double root = std::sqrt(std::max(0.0, b * b - 8 * cases_ * c));
    return (root - b) / (4 * cases_);
  }
  double gained_, lost_, cases_;
};

}  // namespace

double even_odds_chance(std::int64_t successes, std::int64_t trials) {
  const std::int64_t smaller = std::min(successes, trials - successes);
  if (2 * smaller == trials) return 1;
  const double n = static_cast<double>(trials);
  // From the largest term down; they fall fast enough that the rest is lost in rounding long before the end.
  double term =
      std::exp(std::lgamma(n + 1) - std::lgamma(static_cast<double>(smaller) + 1) - std::lgamma(n - static_cast<double>(smaller) + 1) - n * std::numbers::ln2);
  double tail = 0;
  for (std::int64_t k = smaller; k >= 0 && term > tail * 1e-18; --k) {
    tail += term;
    term *= static_cast<double>(k) / static_cast<double>(trials - k + 1);
  }
  return std::min(1.0, 2 * tail);
}

PairedTest mcnemar_test(std::int64_t right_to_wrong, std::int64_t wrong_to_right) {
  constexpr std::int64_t enough_for_chi_square = 25;
  const std::int64_t flips = right_to_wrong + wrong_to_right;
  if (flips < enough_for_chi_square) return {even_odds_chance(right_to_wrong, flips), "mcnemar-exact", ""};
  const double distance = std::max(0.0, std::abs(static_cast<double>(right_to_wrong - wrong_to_right)) - 1);
  const double statistic = distance * distance / static_cast<double>(flips);
  return {std::erfc(std::sqrt(statistic / 2)), "mcnemar-chi-square", ""};
}

PairedTest sign_test(std::int64_t nearer, std::int64_t farther) { return {even_odds_chance(nearer, nearer + farther), "sign-exact", ""}; }

Interval paired_score_interval(std::int64_t gained, std::int64_t lost, std::int64_t cases, double outside) {
  if (cases == 0) return {nan_value, nan_value, "there is no case to count"};
  const ScoreStatistic statistic(gained, lost, cases);
  const double z = normal_quantile(1 - outside), middle = static_cast<double>(gained - lost) / static_cast<double>(cases);
  // The statistic falls from `middle`, where it is 0, towards +1, and rises towards -1.
  const auto bound = [&](double end) {
    double inside = middle, beyond = end;
    if (std::abs(statistic(end)) <= z) return end;
    while (true) {
      const double half = inside + (beyond - inside) / 2;
      if (half == inside || half == beyond) return beyond;
      (std::abs(statistic(half)) <= z ? inside : beyond) = half;
    }
  };
  return {bound(-1), bound(1)};
}

}  // namespace iai
