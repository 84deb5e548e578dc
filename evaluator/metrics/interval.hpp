#pragma once

#include <cstdint>
#include <string>

#include "evaluator/metrics/statistic.hpp"

namespace iai {

/// Bounds of a 95 % confidence interval; NaN when there is none, and `reason` says why.
struct Interval {
  double low = 0, high = 0;
  std::string reason = {};
};

/// Score interval of a proportion. @source E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference" (1927)
Interval wilson_interval(std::int64_t successes, std::int64_t trials);

/// Bias-corrected and accelerated bootstrap over clusters, at most 2,000 resamples (fewer, at least 400, beyond a million
/// predictions). Resample r draws cluster c from (r, c) alone, so that the figures do not depend on `threads`. The acceleration
/// comes from leaving out one cluster, beyond 1,000 clusters one of 1,000 blocks of them, at a time. Resamples in which the statistic is
/// undefined are not counted. There is no interval where 99.5 % of the resamples lie on one side of the figure: too much bias to correct.
/// (Callers fold independent clusters beyond 5,000 into so many units, Statistic::folded(): groups of independent samples are independent.)
/// @source B. Efron, "Better bootstrap confidence intervals" (1987), sections 2 and 7
/// @param outside  share of chance left out on each side: 0.025 gives a 95 % interval, 0.05 one of 90 %
Interval bootstrap_interval(const Statistic& statistic, std::int64_t clusters, std::int64_t predictions, int threads, double outside = 0.025);

/// The standard normal distribution function and its inverse (0 < p < 1).
double normal_probability(double x);
double normal_quantile(double p);

}  // namespace iai
