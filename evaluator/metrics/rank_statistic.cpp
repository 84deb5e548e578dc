#include "evaluator/metrics/statistic_families.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace iai {
namespace {

constexpr double undefined_value = std::numeric_limits<double>::quiet_NaN();

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

}  // namespace

std::unique_ptr<Statistic> rank_statistic(const std::string& metric, const Answers& answers) {
  if (metric == "average_precision") return std::make_unique<RankStatistic>(answers, RankStatistic::Form::average_precision);
  if (metric == "roc_auc") return std::make_unique<RankStatistic>(answers, RankStatistic::Form::roc_auc);
  return nullptr;
}

}  // namespace iai
