#include "evaluator/metrics/statistic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "formats/error.hpp"

namespace iai {
namespace {

constexpr double undefined_value = std::numeric_limits<double>::quiet_NaN();

/// A function of the weighted mean (or sum) of one number a prediction, summed by cluster first.
class MeanStatistic : public Statistic {
 public:
  enum class Form { mean, root_mean, sum };
  template <class Value>
  MeanStatistic(const Answers& answers, Form form, const Value& value) : form_(form), sums_(static_cast<std::size_t>(answers.clusters)), counts_(sums_.size()) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) {
      const auto at = static_cast<std::size_t>(answers.cluster[i]);
      sums_[at] += value(i);
      counts_[at] += 1;
    }
  }

  double value(std::span<const std::uint32_t> weights) const override {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      sum += weights[i] * sums_[i];
      count += weights[i] * counts_[i];
    }
    if (form_ == Form::sum) return sum;
    if (count == 0) return undefined_value;
    return form_ == Form::mean ? sum / count : std::sqrt(sum / count);
  }

 private:
  Form form_;
  std::vector<double> sums_, counts_;
};

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

 private:
  struct Sums {
    double n = 0, label = 0, label_squares = 0, error_squares = 0;
  };
  std::vector<Sums> sums_;
  bool constant_ = false;
};

/// Precision, recall and F1 from counts by class.
class ClassStatistic : public Statistic {
 public:
  enum class Form { precision, recall, f1 };
  ClassStatistic(const Answers& answers, Form form) : answers_(answers), form_(form) {}

  double value(std::span<const std::uint32_t> weights) const override {
    std::vector<double> hits(static_cast<std::size_t>(answers_.classes)), actual(hits.size()), predicted(hits.size());
    for (std::size_t i = 0; i < answers_.cluster.size(); ++i) {
      const double weight = weights[static_cast<std::size_t>(answers_.cluster[i])];
      const auto a = static_cast<std::size_t>(answers_.actual[i]), p = static_cast<std::size_t>(answers_.predicted[i]);
      actual[a] += weight;
      predicted[p] += weight;
      if (a == p) hits[a] += weight;
    }
    if (answers_.kind == TaskKind::binary) return share(hits[1], actual[1], predicted[1]);
    double sum = 0, classes = 0;
    for (std::size_t c = 0; c < hits.size(); ++c) {
      if (actual[c] + predicted[c] == 0) continue;
      sum += share(hits[c], actual[c], predicted[c]);
      classes += 1;
    }
    return classes == 0 ? undefined_value : sum / classes;
  }

 private:
  double share(double hits, double actual, double predicted) const {
    const double below = form_ == Form::precision ? predicted : form_ == Form::recall ? actual : (actual + predicted) / 2;
    return below == 0 ? 0 : hits / below;
  }
  const Answers& answers_;
  Form form_;
};

/// Metrics of the order of the scores; predictions with the same score count together.
class RankStatistic : public Statistic {
 public:
  enum class Form { average_precision, roc_auc };
  RankStatistic(const Answers& answers, Form form) : answers_(answers), form_(form), order_(answers.score.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return answers.score[a] > answers.score[b]; });
  }

  double value(std::span<const std::uint32_t> weights) const override {
    double positives = 0, negatives = 0, area = 0, precision = 0;
    for (std::size_t i = 0; i < order_.size();) {
      double more_positives = 0, more_negatives = 0;
      const double score = answers_.score[order_[i]];
      for (; i < order_.size() && answers_.score[order_[i]] == score; ++i) {
        const double weight = weights[static_cast<std::size_t>(answers_.cluster[order_[i]])];
        (answers_.actual[order_[i]] == 1 ? more_positives : more_negatives) += weight;
      }
      area += more_negatives * (positives + more_positives / 2);
      positives += more_positives;
      negatives += more_negatives;
      if (more_positives > 0) precision += more_positives * (positives / (positives + negatives));
    }
    if (form_ == Form::average_precision) return positives == 0 ? undefined_value : precision / positives;
    return positives == 0 || negatives == 0 ? undefined_value : area / (positives * negatives);
  }

  std::string undefined() const override {
    const auto positives = std::count(answers_.actual.begin(), answers_.actual.end(), 1);
    if (positives == 0) return "no sample is of the positive class";
    if (form_ == Form::roc_auc && positives == answers_.size()) return "every sample is of the positive class";
    return "";
  }

 private:
  const Answers& answers_;
  Form form_;
  std::vector<std::size_t> order_;
};

std::unique_ptr<Statistic> regression_statistic(const std::string& metric, const Answers& answers) {
  using Form = MeanStatistic::Form;
  const auto error = [&](std::size_t i) { return answers.score[i] - answers.truth[i]; };
  if (metric == "rmse") return std::make_unique<MeanStatistic>(answers, Form::root_mean, [&](std::size_t i) { return error(i) * error(i); });
  if (metric == "mae") return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return std::abs(error(i)); });
  if (metric == "r2") return std::make_unique<R2Statistic>(answers);
  if (metric != "nasa_score") return nullptr;
  return std::make_unique<MeanStatistic>(answers, Form::sum, [&](std::size_t i) { return std::expm1(error(i) < 0 ? -error(i) / 13 : error(i) / 10); });
}

}  // namespace

std::unique_ptr<Statistic> make_statistic(const std::string& metric, const Answers& answers) {
  using Mean = MeanStatistic::Form;
  if (auto statistic = answers.kind == TaskKind::regression ? regression_statistic(metric, answers) : nullptr) return statistic;
  if (metric == "accuracy") {
    return std::make_unique<MeanStatistic>(answers, Mean::mean, [&](std::size_t i) { return answers.actual[i] == answers.predicted[i] ? 1.0 : 0.0; });
  }
  if (metric == "precision") return std::make_unique<ClassStatistic>(answers, ClassStatistic::Form::precision);
  if (metric == "recall") return std::make_unique<ClassStatistic>(answers, ClassStatistic::Form::recall);
  if (metric == "f1") return std::make_unique<ClassStatistic>(answers, ClassStatistic::Form::f1);
  if (metric == "average_precision") return std::make_unique<RankStatistic>(answers, RankStatistic::Form::average_precision);
  if (metric == "roc_auc") return std::make_unique<RankStatistic>(answers, RankStatistic::Form::roc_auc);
  if (metric == "cross_entropy") return std::make_unique<MeanStatistic>(answers, Mean::mean, [&](std::size_t i) { return answers.loss[i]; });
  if (metric == "bits_per_byte") {
    return std::make_unique<MeanStatistic>(answers, Mean::mean, [&](std::size_t i) { return answers.loss[i] / std::numbers::ln2; });
  }
  throw Error(ErrorKind::internal, "no metric '" + metric + "'");
}

std::optional<Proportion> proportion_of(const std::string& metric, const Answers& answers) {
  if (answers.clustered) return std::nullopt;
  Proportion share;
  const bool binary = answers.kind == TaskKind::binary;
  if (metric == "accuracy") {
    share.trials = answers.size();
    for (std::size_t i = 0; i < answers.actual.size(); ++i) share.successes += answers.actual[i] == answers.predicted[i] ? 1 : 0;
    return share;
  }
  if (!binary || (metric != "precision" && metric != "recall")) return std::nullopt;
  const std::vector<std::int32_t>& counted = metric == "precision" ? answers.predicted : answers.actual;
  for (std::size_t i = 0; i < counted.size(); ++i) {
    share.trials += counted[i];
    share.successes += std::int64_t{answers.actual[i]} * answers.predicted[i];
  }
  return share;
}

}  // namespace iai
