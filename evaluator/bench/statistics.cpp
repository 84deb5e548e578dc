#include "evaluator/bench/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "formats/error.hpp"

namespace iai {

double sorted_quantile(std::span<const double> sorted, double share) {
  if (sorted.empty()) return std::nan("");
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

double median(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return sorted_quantile(copy, 0.5);
}

LatencySummary summarize(std::span<const double> values) {
  LatencySummary summary;
  if (values.empty()) return summary;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  double sum = 0, squares = 0;
  for (const double value : sorted) sum += value;
  summary.mean = sum / static_cast<double>(sorted.size());
  for (const double value : sorted) squares += (value - summary.mean) * (value - summary.mean);
  if (sorted.size() > 1) summary.deviation = std::sqrt(squares / static_cast<double>(sorted.size() - 1));
  summary.runs = static_cast<std::int64_t>(sorted.size());
  summary.p50 = sorted_quantile(sorted, 0.50);
  summary.p90 = sorted_quantile(sorted, 0.90);
  summary.p95 = sorted_quantile(sorted, 0.95);
  summary.p99 = sorted_quantile(sorted, 0.99);
  summary.minimum = sorted.front();
  summary.maximum = sorted.back();
  return summary;
}

namespace {

/// The values of the rounds [first, last).
std::span<const double> rounds_of(const RoundSeries& series, std::size_t first, std::size_t last) {
  const std::size_t begin = first == 0 ? 0 : series.ends[first - 1];
  return std::span(series.values).subspan(begin, series.ends[last - 1] - begin);
}

/// The largest d (from 1) such that the d-th smallest and the d-th largest of `n` values enclose the median with a
/// probability of 95 % or more: the number of values below the median is binomial with probability 1/2.
std::size_t enclosing_order(std::size_t n) {
  double term = std::pow(0.5, static_cast<double>(n)), below = 0;
  std::size_t order = 0;
  while (below + term <= 0.025) {
    below += term;
    term *= static_cast<double>(n - order) / static_cast<double>(order + 1);
    ++order;
  }
  return order;
}

}  // namespace

RatioInterval paired_ratio(const RoundSeries& candidate, const RoundSeries& reference) {
  const std::size_t rounds = candidate.ends.size();
  if (rounds == 0 || reference.ends.size() != rounds) throw Error(ErrorKind::internal, "rounds of a measurement do not pair up");
  const std::size_t groups = std::min<std::size_t>(rounds, most_groups);
  std::vector<double> ratios;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t first = g * rounds / groups, last = (g + 1) * rounds / groups;
    ratios.push_back(median(rounds_of(candidate, first, last)) / median(rounds_of(reference, first, last)));
  }
  std::sort(ratios.begin(), ratios.end());
  RatioInterval interval{sorted_quantile(ratios, 0.5), {}, {}, static_cast<std::int64_t>(groups)};
  if (groups >= static_cast<std::size_t>(fewest_groups)) {
    const std::size_t order = enclosing_order(groups);
    interval.low = ratios[order - 1];
    interval.high = ratios[groups - order];
  }
  return interval;
}

double drift(const RoundSeries& series) {
  const std::size_t rounds = series.ends.size();
  if (rounds < 6) return 0;
  const double first = median(rounds_of(series, 0, rounds / 3));
  return median(rounds_of(series, rounds - rounds / 3, rounds)) / first - 1;
}

}  // namespace iai
