#include <cmath>

#include "evaluator/metrics/class_figures.hpp"
#include "evaluator/metrics/mean_statistic.hpp"
#include "evaluator/metrics/statistic_families.hpp"

namespace iai {
namespace {

class ClassStatistic : public Statistic {
 public:
  ClassStatistic(const Answers& answers, const ClassFigure& figure) : answers_(answers), figure_(figure) {}

  double value(std::span<const std::uint32_t> weights) const override {
    ClassCounts counts;
    for (std::vector<double>* each : {&counts.hits, &counts.actual, &counts.predicted}) each->resize(static_cast<std::size_t>(answers_.classes));
    for (std::size_t i = 0; i < answers_.cluster.size(); ++i) {
      const double weight = weights[static_cast<std::size_t>(answers_.cluster[i])];
      const auto a = static_cast<std::size_t>(answers_.actual[i]), p = static_cast<std::size_t>(answers_.predicted[i]);
      counts.actual[a] += weight;
      counts.predicted[p] += weight;
      if (a == p) counts.hits[a] += weight;
    }
    return figure_.figure(counts, answers_.kind == TaskKind::binary);
  }

  std::string undefined() const override {
    const std::vector<std::uint32_t> ones(static_cast<std::size_t>(answers_.clusters), 1);
    return std::isnan(value(ones)) ? figure_.undefined : "";
  }

 private:
  const Answers& answers_;
  const ClassFigure& figure_;
};

}  // namespace

std::unique_ptr<Statistic> class_statistic(const std::string& metric, const Answers& answers) {
  if (metric == "accuracy") {
    return std::make_unique<MeanStatistic>(answers, MeanStatistic::Form::mean,
                                           [&](std::size_t i) { return answers.actual[i] == answers.predicted[i] ? 1.0 : 0.0; });
  }
  const ClassFigure* figure = find_class_figure(metric);
  return figure == nullptr ? nullptr : std::make_unique<ClassStatistic>(answers, *figure);
}

}  // namespace iai
