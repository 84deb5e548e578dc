#include "evaluator/metrics/statistic.hpp"

#include "evaluator/metrics/statistic_families.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

using Maker = std::unique_ptr<Statistic> (*)(const std::string& metric, const Answers& answers);

std::vector<Maker> makers(TaskKind kind) {
  switch (kind) {
    case TaskKind::regression:
    case TaskKind::forecasting: return {regression_statistic};
    case TaskKind::multi_label: return {multi_label_statistic};
    case TaskKind::segmentation: return {segmentation_statistic};
    case TaskKind::detection: return {detection_statistic};
    case TaskKind::retrieval: return {retrieval_statistic};
    case TaskKind::binary:
    case TaskKind::classification:
    case TaskKind::anomaly: break;
  }
  return {class_statistic, rank_statistic, probability_statistic};
}

class FoldedDifference : public Statistic {
 public:
  FoldedDifference(std::unique_ptr<Statistic> before, std::unique_ptr<Statistic> after) : before_(std::move(before)), after_(std::move(after)) {}
  double value(std::span<const std::uint32_t> weights) const override { return after_->value(weights) - before_->value(weights); }

 private:
  std::unique_ptr<Statistic> before_, after_;
};

class DifferenceStatistic : public Statistic {
 public:
  DifferenceStatistic(const Statistic& before, const Statistic& after) : before_(before), after_(after) {}
  double value(std::span<const std::uint32_t> weights) const override { return after_.value(weights) - before_.value(weights); }
  std::unique_ptr<Statistic> folded(std::int64_t units) const override {
    auto before = before_.folded(units), after = after_.folded(units);
    if (before == nullptr || after == nullptr) return nullptr;
    return std::make_unique<FoldedDifference>(std::move(before), std::move(after));
  }

 private:
  const Statistic& before_;
  const Statistic& after_;
};

}  // namespace

std::unique_ptr<Statistic> difference_statistic(const Statistic& before, const Statistic& after) {
  return std::make_unique<DifferenceStatistic>(before, after);
}

std::unique_ptr<Statistic> make_statistic(const std::string& metric, const Answers& answers) {
  for (const Maker make : makers(answers.kind)) {
    if (auto statistic = make(metric, answers)) return statistic;
  }
  throw Error(ErrorKind::internal, "no metric '" + metric + "'");
}

std::optional<Proportion> proportion_of(const std::string& metric, const Answers& answers) {
  if (answers.clustered || answers.predicted.empty()) return std::nullopt;
  Proportion share;
  const bool binary = answers.has_positive();
  if (metric == "accuracy") {
    share.trials = answers.size();
    for (std::size_t i = 0; i < answers.actual.size(); ++i) share.successes += answers.actual[i] == answers.predicted[i] ? 1 : 0;
    return share;
  }
  if (binary && metric == "specificity") {
    for (std::size_t i = 0; i < answers.actual.size(); ++i) {
      share.trials += 1 - answers.actual[i];
      share.successes += std::int64_t{1 - answers.actual[i]} * (1 - answers.predicted[i]);
    }
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
