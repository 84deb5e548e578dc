#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "evaluator/metrics/class_figures.hpp"
#include "evaluator/metrics/mean_statistic.hpp"
#include "evaluator/metrics/statistic_families.hpp"

namespace iai {
namespace {

constexpr const char* no_threshold = "scores have no decision threshold: set 'threshold' in the task, or pass --threshold-from";

class ClassStatistic : public Statistic {
 public:
  ClassStatistic(const Answers& answers, const ClassFigure& figure) : answers_(answers), figure_(figure) {}

  double value(std::span<const std::uint32_t> weights) const override {
    if (answers_.predicted.empty()) return std::numeric_limits<double>::quiet_NaN();
    ClassCounts counts;
    for (std::vector<double>* each : {&counts.hits, &counts.actual, &counts.predicted}) each->resize(static_cast<std::size_t>(answers_.classes));
    for (std::size_t i = 0; i < answers_.cluster.size(); ++i) {
      const double weight = weights[static_cast<std::size_t>(answers_.cluster[i])];
      const auto a = static_cast<std::size_t>(answers_.actual[i]), p = static_cast<std::size_t>(answers_.predicted[i]);
      counts.actual[a] += weight;
      counts.predicted[p] += weight;
      if (a == p) counts.hits[a] += weight;
    }
    return figure_.figure(counts, answers_.has_positive());
  }

  std::unique_ptr<Statistic> folded(std::int64_t units) const override;
  std::string undefined() const override {
    if (answers_.predicted.empty()) return no_threshold;
    const std::vector<std::uint32_t> ones(static_cast<std::size_t>(answers_.clusters), 1);
    return std::isnan(value(ones)) ? figure_.undefined : "";
  }

 private:
  const Answers& answers_;
  const ClassFigure& figure_;
};

/// The same over counts that were summed beforehand.
class CountedClassStatistic : public Statistic {
 public:
  CountedClassStatistic(const Answers& answers, const ClassFigure& figure, std::int64_t units)
      : figure_(figure), classes_(static_cast<std::size_t>(answers.classes)), binary_(answers.has_positive()) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) {
      entries_.push_back({static_cast<std::uint32_t>(answers.cluster[i] % units), static_cast<std::uint32_t>(answers.actual[i]),
                          static_cast<std::uint32_t>(answers.predicted[i]), 1});
    }
    const auto key = [](const Entry& entry) { return std::tie(entry.unit, entry.actual, entry.predicted); };
    std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < entries_.size(); ++i) {
      if (key(entries_[i]) == key(entries_[kept])) entries_[kept].count += 1;
      else entries_[++kept] = entries_[i];
    }
    entries_.resize(std::min(entries_.size(), kept + 1));
  }

  double value(std::span<const std::uint32_t> weights) const override {
    ClassCounts counts{std::vector<double>(classes_), std::vector<double>(classes_), std::vector<double>(classes_)};
    for (const Entry& entry : entries_) {
      const double weight = static_cast<double>(weights[entry.unit]) * entry.count;
      counts.actual[entry.actual] += weight;
      counts.predicted[entry.predicted] += weight;
      if (entry.actual == entry.predicted) counts.hits[entry.actual] += weight;
    }
    return figure_.figure(counts, binary_);
  }

 private:
  struct Entry {
    std::uint32_t unit, actual, predicted, count;
  };
  const ClassFigure& figure_;
  std::size_t classes_;
  bool binary_;
  std::vector<Entry> entries_;
};

std::unique_ptr<Statistic> ClassStatistic::folded(std::int64_t units) const { return std::make_unique<CountedClassStatistic>(answers_, figure_, units); }

}  // namespace

std::unique_ptr<Statistic> class_statistic(const std::string& metric, const Answers& answers) {
  if (metric == "accuracy" && !answers.predicted.empty()) {
    return std::make_unique<MeanStatistic>(answers, MeanStatistic::Form::mean,
                                           [&](std::size_t i) { return answers.actual[i] == answers.predicted[i] ? 1.0 : 0.0; });
  }
  const ClassFigure* figure = find_class_figure(metric);
  return figure == nullptr ? nullptr : std::make_unique<ClassStatistic>(answers, *figure);
}

}  // namespace iai
