#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluator/metrics/mean_statistic.hpp"
#include "evaluator/metrics/retrieval.hpp"
#include "evaluator/metrics/segmentation.hpp"
#include "evaluator/metrics/statistic_families.hpp"

namespace iai {
namespace {

/// Pixels of every class, summed over the samples.
class PixelStatistic : public Statistic {
 public:
  using Figure = double (*)(const std::vector<PixelCounts>& classes);
  PixelStatistic(const Answers& answers, Figure figure) : answers_(answers), figure_(figure) {}

  double value(std::span<const std::uint32_t> weights) const override {
    std::vector<PixelCounts> classes(static_cast<std::size_t>(answers_.classes));
    const double* counts = answers_.pixels.data();
    for (const std::int32_t cluster : answers_.cluster) {
      const double weight = weights[static_cast<std::size_t>(cluster)];
      for (PixelCounts& each : classes) {
        each.right += weight * *counts++;
        each.actual += weight * *counts++;
        each.predicted += weight * *counts++;
      }
    }
    return figure_(classes);
  }
  std::string undefined() const override {
    const bool none = std::all_of(answers_.pixels.begin(), answers_.pixels.end(), [](double count) { return count == 0; });
    return none ? "no pixel counts: all have the label that is ignored" : "";
  }

 private:
  const Answers& answers_;
  Figure figure_;
};

template <double (*of_class)(const PixelCounts&)>
double over_classes(const std::vector<PixelCounts>& classes) {
  double sum = 0, n = 0;
  for (const PixelCounts& each : classes) {
    if (each.actual + each.predicted == 0) continue;
    sum += of_class(each);
    n += 1;
  }
  return n == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / n;
}

double pixel_accuracy(const std::vector<PixelCounts>& classes) {
  double right = 0, n = 0;
  for (const PixelCounts& each : classes) {
    right += each.right;
    n += each.actual;
  }
  return n == 0 ? std::numeric_limits<double>::quiet_NaN() : right / n;
}

}  // namespace

std::unique_ptr<Statistic> segmentation_statistic(const std::string& metric, const Answers& answers) {
  if (metric == "mean_iou") return std::make_unique<PixelStatistic>(answers, over_classes<iou>);
  if (metric == "mean_dice") return std::make_unique<PixelStatistic>(answers, over_classes<dice>);
  if (metric == "pixel_accuracy") return std::make_unique<PixelStatistic>(answers, pixel_accuracy);
  return nullptr;
}

std::unique_ptr<Statistic> retrieval_statistic(const std::string& metric, const Answers& answers) {
  const auto* at = std::find(retrieval_figures.begin(), retrieval_figures.end(), metric);
  if (at == retrieval_figures.end()) return nullptr;
  const auto figure = static_cast<std::size_t>(at - retrieval_figures.begin());
  const bool none = std::all_of(answers.retrieved.begin(), answers.retrieved.end(), [](double value) { return std::isnan(value); });
  return std::make_unique<MeanStatistic>(
      answers, MeanStatistic::Form::mean, [&](std::size_t i) { return answers.retrieved[i * retrieval_figures.size() + figure]; },
      none ? "no class has two samples" : "");
}

}  // namespace iai
