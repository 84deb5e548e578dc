#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "evaluator/metrics/class_figures.hpp"
#include "evaluator/metrics/mean_statistic.hpp"
#include "evaluator/metrics/statistic_families.hpp"

namespace iai {
namespace {

/// Precision, recall or F1 of each label, as a mean over the labels or of all their counts together.
class LabelCountsStatistic : public Statistic {
 public:
  enum class Over { labels, counts };
  LabelCountsStatistic(const Answers& answers, const std::string& figure, Over over) : answers_(answers), figure_(*find_class_figure(figure)), over_(over) {}

  double value(std::span<const std::uint32_t> weights) const override {
    const auto labels = static_cast<std::size_t>(answers_.classes);
    std::vector<ClassCounts> counts(over_ == Over::labels ? labels : 1, ClassCounts{{0, 0}, {0, 0}, {0, 0}});
    for (std::size_t i = 0; i < answers_.cluster.size(); ++i) {
      ClassCounts& at = counts[over_ == Over::labels ? i % labels : 0];
      const double weight = weights[static_cast<std::size_t>(answers_.cluster[i])];
      const auto a = static_cast<std::size_t>(answers_.actual[i]), p = static_cast<std::size_t>(answers_.predicted[i]);
      at.actual[a] += weight;
      at.predicted[p] += weight;
      if (a == p) at.hits[a] += weight;
    }
    double sum = 0;
    for (const ClassCounts& label : counts) sum += figure_.figure(label, true);
    return sum / static_cast<double>(counts.size());
  }

 private:
  const Answers& answers_;
  const ClassFigure& figure_;
  Over over_;
};

/// A metric of the order of the scores, as the mean over the labels.
class LabelRankStatistic : public Statistic {
 public:
  LabelRankStatistic(const Answers& answers, const std::string& metric) : labels_(static_cast<std::size_t>(answers.classes)) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) {
      Answers& label = labels_[i % labels_.size()];
      label.score.push_back(answers.score[i]);
      label.actual.push_back(answers.actual[i]);
      label.cluster.push_back(answers.cluster[i]);
    }
    for (Answers& label : labels_) {
      label.kind = TaskKind::binary;
      label.clusters = answers.clusters;
      statistics_.push_back(rank_statistic(metric, label));
    }
  }

  double value(std::span<const std::uint32_t> weights) const override {
    double sum = 0;
    for (const auto& statistic : statistics_) sum += statistic->value(weights);
    return sum / static_cast<double>(statistics_.size());
  }

  std::string undefined() const override {
    for (std::size_t i = 0; i < statistics_.size(); ++i) {
      if (const std::string why = statistics_[i]->undefined(); !why.empty()) return fmt::format("of label {}, {}", i, why);
    }
    return "";
  }

 private:
  std::vector<Answers> labels_;
  std::vector<std::unique_ptr<Statistic>> statistics_;
};

/// Share of samples of which every label is right.
std::unique_ptr<Statistic> exact_match(const Answers& answers) {
  const std::int64_t labels = answers.classes;
  const auto all_right = [&](std::size_t i) {
    const std::size_t first = i - i % static_cast<std::size_t>(labels);
    for (std::size_t k = first; k < first + static_cast<std::size_t>(labels); ++k) {
      if (answers.actual[k] != answers.predicted[k]) return 0.0;
    }
    return 1.0;
  };
  return std::make_unique<MeanStatistic>(answers, MeanStatistic::Form::mean, all_right);
}

}  // namespace

std::unique_ptr<Statistic> multi_label_statistic(const std::string& metric, const Answers& answers) {
  using Over = LabelCountsStatistic::Over;
  if (metric == "precision" || metric == "recall" || metric == "f1") return std::make_unique<LabelCountsStatistic>(answers, metric, Over::labels);
  if (metric == "micro_f1") return std::make_unique<LabelCountsStatistic>(answers, "f1", Over::counts);
  if (metric == "exact_match") return exact_match(answers);
  if (metric == "hamming_loss") {
    return std::make_unique<MeanStatistic>(answers, MeanStatistic::Form::mean,
                                           [&](std::size_t i) { return answers.actual[i] == answers.predicted[i] ? 0.0 : 1.0; });
  }
  if (metric == "average_precision" || metric == "roc_auc") return std::make_unique<LabelRankStatistic>(answers, metric);
  return nullptr;
}

}  // namespace iai
