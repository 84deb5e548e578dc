#include "evaluator/metrics/interval.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <thread>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/metrics/ordered_work.hpp"

namespace iai {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double tail = 0.025;  // on each side of a 95 % interval

/// Calls work(i) for i in [0, count), each thread a block of them. `work` writes to places of its own.
template <class Work>
void in_blocks(std::int64_t count, int threads, const Work& work) {
  const std::int64_t blocks = std::clamp<std::int64_t>(thread_count(threads), 1, count);
  std::vector<std::jthread> pool;
  const auto block = [&](std::int64_t b) {
    std::vector<std::uint32_t> weights;
    for (std::int64_t i = b * count / blocks; i < (b + 1) * count / blocks; ++i) work(i, weights);
  };
  for (std::int64_t b = 1; b < blocks; ++b) pool.emplace_back(block, b);
  block(0);
}

/// The statistic of every resample, sorted, those that are undefined left out.
std::vector<double> resampled(const Statistic& statistic, std::int64_t clusters, std::int64_t resamples, int threads) {
  std::vector<double> values(static_cast<std::size_t>(resamples));
  const CounterRandom random(0, "bootstrap");
  const auto size = static_cast<std::uint64_t>(clusters);
  in_blocks(resamples, threads, [&](std::int64_t r, std::vector<std::uint32_t>& weights) {
    weights.assign(size, 0);
    for (std::uint64_t c = 0; c < size; ++c) ++weights[random.below(static_cast<std::uint64_t>(r) * size + c, size)];
    values[static_cast<std::size_t>(r)] = statistic.value(weights);
  });
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  return values;
}

/// Efron's acceleration, from the skewness of what leaving out each cluster (or block of clusters) changes.
double acceleration(const Statistic& statistic, std::int64_t clusters, int threads) {
  const std::int64_t blocks = std::min<std::int64_t>(clusters, 1000);
  std::vector<double> values(static_cast<std::size_t>(blocks));
  in_blocks(blocks, threads, [&](std::int64_t block, std::vector<std::uint32_t>& weights) {
    weights.assign(static_cast<std::size_t>(clusters), 1);
    for (std::int64_t c = block; c < clusters; c += blocks) weights[static_cast<std::size_t>(c)] = 0;
    values[static_cast<std::size_t>(block)] = statistic.value(weights);
  });
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  double mean = 0, squares = 0, cubes = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) {
    squares += (mean - value) * (mean - value);
    cubes += (mean - value) * (mean - value) * (mean - value);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

/// Quantile of sorted values, linear between them.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1), low = std::floor(place);
  const auto at = static_cast<std::size_t>(low);
  const double next = sorted[std::min(at + 1, sorted.size() - 1)];
  return sorted[at] + (place - low) * (next - sorted[at]);
}

}  // namespace

double normal_probability(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double normal_quantile(double p) {
  double low = -40, high = 40;  // bisection to the last bit: it is called a few times only
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    (normal_probability(middle) < p ? low : high) = middle;
  }
  return high;
}

Interval wilson_interval(std::int64_t successes, std::int64_t trials) {
  if (trials == 0) return {nan_value, nan_value, "there is no case to count"};
  const double z = normal_quantile(1 - tail), n = static_cast<double>(trials), p = static_cast<double>(successes) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // Exactly 0 and 1 at the ends, where rounding would leave a trace.
  return {successes == 0 ? 0 : middle - half, successes == trials ? 1 : middle + half};
}

Interval bootstrap_interval(const Statistic& statistic, std::int64_t clusters, std::int64_t predictions, int threads, double outside) {
  if (clusters < 2) return {nan_value, nan_value, "there is one group only"};
  const std::int64_t resamples = std::clamp<std::int64_t>(2'000'000'000 / std::max<std::int64_t>(predictions, 1), 400, 2000);
  const std::vector<double> values = resampled(statistic, clusters, resamples, threads);
  if (values.size() < static_cast<std::size_t>(resamples) / 2) return {nan_value, nan_value, "too few resamples in which it is defined"};
  const double whole = statistic.value(std::vector<std::uint32_t>(static_cast<std::size_t>(clusters), 1));
  const auto below = std::lower_bound(values.begin(), values.end(), whole) - values.begin();
  const auto not_above = std::upper_bound(values.begin(), values.end(), whole) - values.begin();
  const double count = static_cast<double>(values.size());
  const double share = static_cast<double>(below + not_above) / 2 / count;
  // A correction of so much bias would be a guess (calibration errors of a model that is well calibrated: resamples are always worse).
  if (share < 0.005 || share > 0.995) return {nan_value, nan_value, "nearly all resamples lie on one side of the figure"};
  const double bias = normal_quantile(share), a = acceleration(statistic, clusters, threads);
  const auto bound = [&](double p) {
    const double z = bias + normal_quantile(p);
    return quantile(values, std::clamp(normal_probability(bias + z / (1 - a * z)), 0.0, 1.0));
  };
  return {bound(outside), bound(1 - outside)};
}

}  // namespace iai
