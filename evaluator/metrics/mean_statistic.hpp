#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluator/metrics/statistic.hpp"

namespace iai {

/// A function of the weighted mean (or sum) of one number a prediction, summed by cluster first.
class MeanStatistic : public Statistic {
 public:
  enum class Form { mean, root_mean, sum };
  /// @param value  of a prediction, by its place; one that is NaN does not count   @param undefined  why the metric is; empty when it is not
  template <class Value>
  MeanStatistic(const Answers& answers, Form form, const Value& value, std::string undefined = {})
      : form_(form), undefined_(std::move(undefined)), sums_(static_cast<std::size_t>(answers.clusters)), counts_(sums_.size()) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) {
      const auto at = static_cast<std::size_t>(answers.cluster[i]);
      const double one = value(i);
      if (std::isnan(one)) continue;
      sums_[at] += one;
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
    if (count == 0) return std::numeric_limits<double>::quiet_NaN();
    return form_ == Form::mean ? sum / count : std::sqrt(sum / count);
  }
  std::string undefined() const override { return undefined_; }
  std::unique_ptr<Statistic> folded(std::int64_t units) const override {
    auto small = std::unique_ptr<MeanStatistic>(new MeanStatistic(form_, static_cast<std::size_t>(units)));
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      small->sums_[i % small->sums_.size()] += sums_[i];
      small->counts_[i % small->sums_.size()] += counts_[i];
    }
    return small;
  }

 private:
  MeanStatistic(Form form, std::size_t units) : form_(form), sums_(units), counts_(units) {}
  Form form_;
  std::string undefined_;
  std::vector<double> sums_, counts_;
};

}  // namespace iai
