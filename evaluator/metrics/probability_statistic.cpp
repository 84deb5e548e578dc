#include <cmath>
#include <numbers>

#include "evaluator/metrics/calibration.hpp"
#include "evaluator/metrics/mean_statistic.hpp"
#include "evaluator/metrics/statistic_families.hpp"

namespace iai {
namespace {

/// Sum over the bins of |right - probability| / n, each summed over the predictions of the bin.
class CalibrationErrorStatistic : public Statistic {
 public:
  CalibrationErrorStatistic(const Answers& answers, ReliabilityBins bins) : order_(answers), bins_(bins) {}

  double value(std::span<const std::uint32_t> weights) const override {
    double gaps = 0, n = 0;
    for (const ReliabilityBin& bin : order_.bins(bins_, weights)) {
      gaps += std::abs(bin.right - bin.probability);
      n += bin.n;
    }
    return n == 0 ? std::numeric_limits<double>::quiet_NaN() : gaps / n;
  }

 private:
  ReliabilityOrder order_;
  ReliabilityBins bins_;
};

}  // namespace

std::unique_ptr<Statistic> probability_statistic(const std::string& metric, const Answers& answers) {
  using Form = MeanStatistic::Form;
  if (metric == "cross_entropy") return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return answers.loss[i]; });
  if (metric == "bits_per_byte") {
    return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return answers.loss[i] / std::numbers::ln2; });
  }
  if (metric == "brier_score") return std::make_unique<MeanStatistic>(answers, Form::mean, [&](std::size_t i) { return answers.brier[i]; });
  if (metric == "expected_calibration_error") return std::make_unique<CalibrationErrorStatistic>(answers, ReliabilityBins::equal_width);
  if (metric == "equal_mass_calibration_error") return std::make_unique<CalibrationErrorStatistic>(answers, ReliabilityBins::equal_mass);
  return nullptr;
}

}  // namespace iai
