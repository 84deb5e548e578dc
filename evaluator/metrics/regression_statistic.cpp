#include "evaluator/metrics/statistic_families.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evaluator/metrics/mean_statistic.hpp"

namespace iai {
namespace {

constexpr double undefined_value = std::numeric_limits<double>::quiet_NaN();

/// Coefficient of determination. Labels are taken from their overall mean, so that little is lost by subtraction.
class R2Statistic : public Statistic {
 public:
  explicit R2Statistic(const Answers& answers) : sums_(static_cast<std::size_t>(answers.clusters)) {
    const double mean = std::accumulate(answers.truth.begin(), answers.truth.end(), 0.0) / static_cast<double>(answers.truth.size());
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) {
      Sums& at = sums_[static_cast<std::size_t>(answers.cluster[i])];
      const double label = answers.truth[i] - mean, error = answers.score[i] - answers.truth[i];
      at.n += 1;
      at.label += label;
      at.label_squares += label * label;
      at.error_squares += error * error;
    }
    constant_ = std::all_of(answers.truth.begin(), answers.truth.end(), [&](double label) { return label == answers.truth.front(); });
  }

  double value(std::span<const std::uint32_t> weights) const override {
    Sums total;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      total.n += weights[i] * sums_[i].n;
      total.label += weights[i] * sums_[i].label;
      total.label_squares += weights[i] * sums_[i].label_squares;
      total.error_squares += weights[i] * sums_[i].error_squares;
    }
    const double spread = total.label_squares - total.label * total.label / total.n;
    return constant_ || !(spread > 0) ? undefined_value : 1 - total.error_squares / spread;
  }
  std::string undefined() const override { return constant_ ? "all labels are the same" : ""; }
  std::unique_ptr<Statistic> folded(std::int64_t units) const override {
    auto small = std::make_unique<R2Statistic>(*this);
    small->sums_.assign(static_cast<std::size_t>(units), Sums{});
    for (std::size_t i = 0; i < sums_.size(); ++i) small->sums_[i % small->sums_.size()].add(sums_[i]);
    return small;
  }

 private:
  struct Sums {
    double n = 0, label = 0, label_squares = 0, error_squares = 0;
    void add(const Sums& other) {
      n += other.n;
      label += other.label;
      label_squares += other.label_squares;
      error_squares += other.error_squares;
    }
  };
  std::vector<Sums> sums_;
  bool constant_ = false;
};

/// Median of the absolute errors; of an even number the mean of the middle two.
class MedianErrorStatistic : public Statistic {
 public:
  explicit MedianErrorStatistic(const Answers& answers) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i)
      errors_.push_back({std::abs(answers.score[i] - answers.truth[i]), static_cast<std::size_t>(answers.cluster[i])});
    std::sort(errors_.begin(), errors_.end());
  }

  double value(std::span<const std::uint32_t> weights) const override {
    std::uint64_t total = 0, passed = 0;
    for (const auto& [error, cluster] : errors_) total += weights[cluster];
    if (total == 0) return undefined_value;
    double lower = undefined_value;
    for (const auto& [error, cluster] : errors_) {
      passed += weights[cluster];
      if (std::isnan(lower) && passed > (total - 1) / 2) lower = error;
      if (passed > total / 2) return (lower + error) / 2;
    }
    return undefined_value;
  }

 private:
  std::vector<std::pair<double, std::size_t>> errors_;  // sorted, with the cluster
};

/// |error| / |label|; undefined where a label is 0.
std::unique_ptr<Statistic> percentage_statistic(const Answers& answers) {
  const bool has_zero = std::find(answers.truth.begin(), answers.truth.end(), 0.0) != answers.truth.end();
  return std::make_unique<MeanStatistic>(
      answers, MeanStatistic::Form::mean, [&](std::size_t i) { return has_zero ? 0 : std::abs((answers.score[i] - answers.truth[i]) / answers.truth[i]); },
      has_zero ? "a label is 0" : "");
}

/// 2 |error| / (|label| + |answer|), 0 where both are 0.
double symmetric_error(double label, double answer) {
  const double size = std::abs(label) + std::abs(answer);
  return size == 0 ? 0 : 2 * std::abs(answer - label) / size;
}

}  // namespace

std::unique_ptr<Statistic> regression_statistic(const std::string& metric, const Answers& answers) {
  using Form = MeanStatistic::Form;
  const auto error = [&](std::size_t i) { return answers.score[i] - answers.truth[i]; };
  if (metric == "rmse") return std::make_unique<MeanStatistic>(answers, Form::root_mean, [&](std::size_t i) { return error(i) * error(i); });
  if (metric == "mae") return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return std::abs(error(i)); });
  if (metric == "median_absolute_error") return std::make_unique<MedianErrorStatistic>(answers);
  if (metric == "mape") return percentage_statistic(answers);
  if (metric == "smape") {
    return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return symmetric_error(answers.truth[i], answers.score[i]); });
  }
  if (metric == "mase") {
    return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return std::abs(error(i)) / answers.naive_error; });
  }
  if (metric == "r2") return std::make_unique<R2Statistic>(answers);
  if (metric != "nasa_score") return nullptr;
  return std::make_unique<MeanStatistic>(answers, Form::sum, [&](std::size_t i) { return std::expm1(error(i) < 0 ? -error(i) / 13 : error(i) / 10); });
}

}  // namespace iai
