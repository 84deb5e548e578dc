#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// A metric as a function of how often each cluster counts, which is all that a bootstrap needs.
class Statistic {
 public:
  virtual ~Statistic() = default;
  /// @param weights  one for each cluster of the answers. @returns NaN when undefined. May be called from several threads.
  virtual double value(std::span<const std::uint32_t> weights) const = 0;
  /// Why the metric is undefined with every weight 1; empty when it is not.
  virtual std::string undefined() const { return {}; }
  /// The same over `units` clusters, cluster c counting with unit c % units, where its value then takes less time. nullptr: there is none.
  virtual std::unique_ptr<Statistic> folded(std::int64_t) const { return nullptr; }
};

/// accuracy; precision, recall, f1 (of the positive class, or the unweighted mean over the classes that occur), specificity,
/// balanced_accuracy, matthews_correlation; average_precision (sum of precision times gain in recall over the distinct scores),
/// roc_auc (Mann and Whitney, 1947; ties count half); cross_entropy (the log loss) [nat], bits_per_byte, brier_score (Brier, 1950; of
/// two classes of the positive one, of more summed over the classes), expected_calibration_error, equal_mass_calibration_error
/// (calibration.hpp); of several labels a sample also micro_f1, exact_match and hamming_loss; mase (Hyndman and Koehler, "Another look at
/// measures of forecast accuracy", 2006); of segmentation mean_iou, mean_dice (over the classes that occur), pixel_accuracy; of detection those of
/// detection.hpp; of retrieval those of retrieval.hpp; rmse, mae, median_absolute_error, mape and smape [share], r2; nasa_score (Saxena et al., "Damage
/// Propagation Modeling for Aircraft Engine Run-to-Failure Simulation", PHM 2008, equation 11). A share whose denominator is 0 is 0, as in scikit-learn.
/// `answers` must outlive the statistic.
std::unique_ptr<Statistic> make_statistic(const std::string& metric, const Answers& answers);

/// `after` less `before` on the same resample. Both must outlive it.
std::unique_ptr<Statistic> difference_statistic(const Statistic& before, const Statistic& after);

/// Numerator and denominator of a metric that is the share of successes in independent trials; nothing for others.
struct Proportion {
  std::int64_t successes = 0, trials = 0;
};
std::optional<Proportion> proportion_of(const std::string& metric, const Answers& answers);

}  // namespace iai
