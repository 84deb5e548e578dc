#include "evaluator/bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>

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
  if (sorted.size() >= fewest_for_p99_9) summary.p99_9 = sorted_quantile(sorted, 0.999);
  summary.minimum = sorted.front();
  summary.maximum = sorted.back();
  return summary;
}

namespace {

double bucket_bound(int index, int a_decade) { return std::pow(10.0, static_cast<double>(index) / a_decade); }

/// The bucket of a value. Its logarithm says which, up to rounding at a bound; the bounds themselves decide.
int bucket_of(double value, int a_decade) {
  int index = static_cast<int>(std::floor(std::log10(value) * a_decade));
  while (value < bucket_bound(index, a_decade)) --index;
  while (value >= bucket_bound(index + 1, a_decade)) ++index;
  return index;
}

}  // namespace

std::vector<Bucket> log_histogram(std::span<const double> values, int a_decade) {
  std::map<int, std::int64_t> counts;
  for (const double value : values) {
    if (value > 0 && std::isfinite(value)) ++counts[bucket_of(value, a_decade)];
  }
  std::vector<Bucket> buckets;
  for (const auto& [index, count] : counts) buckets.push_back({bucket_bound(index, a_decade), bucket_bound(index + 1, a_decade), count});
  return buckets;
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

/// The median of the figures and the interval that their order gives.
RatioInterval ordered_interval(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  RatioInterval interval{sorted_quantile(figures, 0.5), {}, {}, static_cast<std::int64_t>(figures.size())};
  if (figures.size() >= static_cast<std::size_t>(fewest_groups)) {
    const std::size_t order = enclosing_order(figures.size());
    interval.low = figures[order - 1];
    interval.high = figures[figures.size() - order];
  }
  return interval;
}

/// One figure for each of up to 50 groups of consecutive rounds.
template <class Figure>
RatioInterval interval_over_groups(std::size_t rounds, Figure figure) {
  if (rounds == 0) throw Error(ErrorKind::internal, "a measurement has no rounds");
  const std::size_t groups = std::min<std::size_t>(rounds, most_groups);
  std::vector<double> figures;
  for (std::size_t g = 0; g < groups; ++g) figures.push_back(figure(g * rounds / groups, (g + 1) * rounds / groups));
  return ordered_interval(std::move(figures));
}

}  // namespace

RatioInterval paired_ratio(const RoundSeries& candidate, const RoundSeries& reference) {
  if (reference.ends.size() != candidate.ends.size()) throw Error(ErrorKind::internal, "rounds of a measurement do not pair up");
  return interval_over_groups(candidate.ends.size(), [&](std::size_t first, std::size_t last) {
    return median(rounds_of(candidate, first, last)) / median(rounds_of(reference, first, last));
  });
}

RatioInterval median_interval(const RoundSeries& series) {
  return interval_over_groups(series.ends.size(), [&](std::size_t first, std::size_t last) { return median(rounds_of(series, first, last)); });
}

RatioInterval order_interval(std::span<const double> values) {
  if (values.empty()) throw Error(ErrorKind::internal, "an interval of no values");
  return ordered_interval({values.begin(), values.end()});
}

std::optional<double> relative_half_width(const RatioInterval& interval) {
  if (!interval.low || interval.value <= 0) return std::nullopt;
  return (*interval.high - *interval.low) / 2 / interval.value;
}

double drift(const RoundSeries& series) {
  const std::size_t rounds = series.ends.size();
  if (rounds < 6) return 0;
  const double first = median(rounds_of(series, 0, rounds / 3));
  return median(rounds_of(series, rounds - rounds / 3, rounds)) / first - 1;
}

}  // namespace iai
