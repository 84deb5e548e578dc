#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace iai {

/// Quantile `share` (0 to 1) of values sorted in rising order: linear between the two nearest.
/// @source Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), definition 7
double sorted_quantile(std::span<const double> sorted, double share);
double median(std::span<const double> values);

/// What a series of run times comes down to. `deviation` is the sample standard deviation, 0 for one run.
struct LatencySummary {
  std::int64_t runs = 0;
  double p50 = 0, p90 = 0, p95 = 0, p99 = 0, mean = 0, deviation = 0, minimum = 0, maximum = 0;
  std::optional<double> p99_9;  ///< nothing below 1000 runs, of which it would be the slowest one
};
inline constexpr std::size_t fewest_for_p99_9 = 1000;
LatencySummary summarize(std::span<const double> values);

/// How many values lie in [low, high).
struct Bucket {
  double low = 0, high = 0;
  std::int64_t count = 0;
};
inline constexpr int buckets_a_decade = 20;
/// Counts in buckets that are the same for every series, so that histograms can be laid over each other and added up: their
/// bounds are 10^(k / a_decade) for whole k, with 20 a decade each 12.2 % above the one before. Buckets without a value are left out.
/// @param values  above 0; others are not counted
std::vector<Bucket> log_histogram(std::span<const double> values, int a_decade = buckets_a_decade);

/// Run times in the order they were taken, cut into the rounds of an interleaved measurement.
struct RoundSeries {
  std::vector<double> values;
  std::vector<std::size_t> ends;  ///< of each round: index after its last value
};

/// A ratio (or another figure) with a 95 % confidence interval; no interval below 6 groups, where none of that confidence exists.
struct RatioInterval {
  double value = 0;
  std::optional<double> low, high;
  std::int64_t groups = 0;
};
inline constexpr std::int64_t most_groups = 50;
inline constexpr std::int64_t fewest_groups = 6;

/// Candidate over reference, from rounds in which both ran. Consecutive rounds form at most 50 groups; in each the
/// candidate's median is divided by the reference's, so that what slows both down for a while cancels out and
/// short-lived correlation stays inside a group. The value is the median of these ratios, the interval the one that
/// their order gives without any assumption on their distribution (the sign test turned round).
/// @source Hahn, Meeker and Escobar, "Statistical Intervals" (2nd edition, 2017), section 5.3.1
/// @throws Error(internal) when the two have not the same number of rounds, or none.
RatioInterval paired_ratio(const RoundSeries& candidate, const RoundSeries& reference);

/// The median of the medians of up to 50 groups of consecutive rounds, with the 95 % interval that their order gives; no
/// interval below 6 groups. `value` is that median, not a ratio. The same source, and errors, as paired_ratio.
RatioInterval median_interval(const RoundSeries& series);

/// The median of `values` (one or more) with the interval that their order gives. @throws Error(internal) when there are none.
RatioInterval order_interval(std::span<const double> values);

/// Half the width of the interval over the value: "plus or minus 0.01"; nothing where there is no interval.
std::optional<double> relative_half_width(const RatioInterval& interval);

/// How far the typical value moved from the first third of the rounds to the last, relative to the first; 0 for fewer
/// than 6 rounds.
double drift(const RoundSeries& series);

}  // namespace iai
