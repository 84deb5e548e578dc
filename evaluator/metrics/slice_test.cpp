#include "evaluator/metrics/slice_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <thread>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "evaluator/metrics/statistic.hpp"
#include "evaluator/task/metric_names.hpp"

namespace iai {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Predictions by cluster.
class Clusters {
 public:
  explicit Clusters(const Answers& answers) : rows_(static_cast<std::size_t>(answers.clusters)) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) rows_[static_cast<std::size_t>(answers.cluster[i])].push_back(static_cast<std::int64_t>(i));
  }
  std::size_t count() const { return rows_.size(); }
  const std::vector<std::int64_t>& rows(std::size_t cluster) const { return rows_[cluster]; }

 private:
  std::vector<std::vector<std::int64_t>> rows_;
};

/// How many independent units the slice counts as.
std::size_t units_of(const Answers& answers, const SlicePart& part) {
  std::set<std::int32_t> touched;
  for (const std::int64_t row : part.rows) touched.insert(answers.cluster[static_cast<std::size_t>(row)]);
  const double filled = static_cast<double>(part.rows.size()) * answers.clusters / static_cast<double>(answers.size());
  return std::min(touched.size(), static_cast<std::size_t>(std::max(1.0, std::round(filled))));
}

/// Share of draws of `units` clusters whose metric is no better than `value`, the slice itself counted as one.
double chance_of(const std::string& metric, const Answers& answers, const Clusters& clusters, const std::string& stream, std::size_t units, double value,
                 int threads) {
  const std::int64_t draws = std::clamp<std::int64_t>(100'000'000 / std::max<std::int64_t>(answers.size(), 1), 400, 2000);
  const CounterRandom random(0, stream);
  const bool higher = metric_direction(metric) == Direction::higher_is_better;
  std::vector<signed char> as_bad(static_cast<std::size_t>(draws));  // -1: undefined
  const std::int64_t blocks = std::min<std::int64_t>(thread_count(threads), draws);
  const auto work = [&](std::int64_t block) {
    std::vector<std::int64_t> rows;
    for (std::int64_t draw = block * draws / blocks; draw < (block + 1) * draws / blocks; ++draw) {
      rows.clear();
      for (std::size_t unit = 0; unit < units; ++unit) {
        const std::uint64_t cluster = random.below(static_cast<std::uint64_t>(draw) * units + unit, clusters.count());
        rows.insert(rows.end(), clusters.rows(cluster).begin(), clusters.rows(cluster).end());
      }
      const double drawn = metric_value(metric, answers.subset(rows));
      const bool bad = higher ? drawn <= value : drawn >= value;
      as_bad[static_cast<std::size_t>(draw)] = static_cast<signed char>(std::isnan(drawn) ? -1 : bad ? 1 : 0);
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::int64_t block = 1; block < blocks; ++block) pool.emplace_back(work, block);
    work(0);
  }
  const auto defined = draws - std::count(as_bad.begin(), as_bad.end(), -1), bad = std::count(as_bad.begin(), as_bad.end(), 1);
  return 2 * defined < draws ? nan_value : static_cast<double>(bad + 1) / static_cast<double>(defined + 1);
}

SliceTest test_slice(const std::string& metric, const Answers& answers, const Clusters& clusters, const SlicePart& part, double whole, int threads) {
  SliceTest test{part.slice, part.group, static_cast<std::int64_t>(part.rows.size()), metric_value(metric, answers.subset(part.rows)), whole, nan_value,
                 nan_value,  ""};
  if (std::isnan(test.value)) {
    test.reason = "the metric is undefined in the slice";
  } else if (std::isnan(whole)) {
    test.reason = "the metric is undefined over all samples";
  } else if (test.n == answers.size()) {
    test.reason = "the slice holds every sample";
  } else {
    test.p_value = chance_of(metric, answers, clusters, "slice " + part.slice + "\x1f" + part.group, units_of(answers, part), test.value, threads);
    if (std::isnan(test.p_value)) test.reason = "too few draws of as many samples in which it is defined";
  }
  return test;
}

}  // namespace

std::vector<double> holm_corrected(std::span<const double> p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> corrected(p_values.size(), nan_value);
  double least = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    least = std::max(least, std::min(1.0, static_cast<double>(order.size() - rank) * p_values[order[rank]]));
    corrected[order[rank]] = least;
  }
  return corrected;
}

std::vector<SliceTest> test_slices(const std::string& metric, const Answers& answers, std::span<const SlicePart> parts, int threads) {
  const Clusters clusters(answers);
  const double whole = metric_value(metric, answers);
  std::vector<SliceTest> tests;
  std::vector<double> p_values;
  for (const SlicePart& part : parts) {
    tests.push_back(test_slice(metric, answers, clusters, part, whole, threads));
    p_values.push_back(tests.back().p_value);
  }
  const std::vector<double> corrected = holm_corrected(p_values);
  for (std::size_t i = 0; i < tests.size(); ++i) tests[i].p_corrected = corrected[i];
  return tests;
}

std::optional<std::size_t> worst_slice(const std::string& metric, std::span<const SliceTest> tests) {
  const double sign = metric_direction(metric) == Direction::higher_is_better ? 1 : -1;
  std::optional<std::size_t> worst;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (std::isnan(tests[i].p_value)) continue;
    if (!worst || sign * tests[i].value < sign * tests[*worst].value) worst = i;
  }
  return worst;
}

}  // namespace iai
