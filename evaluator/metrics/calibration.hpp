#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// How predictions are put together by their probability.
enum class ReliabilityBins {
  equal_width,  ///< 15 intervals ((b - 1) / 15, b / 15]; 0 goes with the first
  equal_mass,   ///< 15 parts of the sorted probabilities with about as many each; equal probabilities stay together
};

/// Predictions of about the same probability: sums over them.
struct ReliabilityBin {
  double low = 0, high = 0;  ///< least and greatest probability that occurs
  double n = 0;              ///< predictions
  double probability = 0;    ///< sum of what the model said
  double right = 0;          ///< how many came true: binary: are positive; classification: are of the predicted class
};

/// Predictions in the order of their probabilities: binary, that of the positive class (as in scikit-learn's calibration_curve);
/// classification, that of the predicted class.
/// @source C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks" (ICML 2017), section 2; of equal
/// mass: M. P. Naeini, G. Cooper, M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (AAAI 2015)
class ReliabilityOrder {
 public:
  /// @param answers  with probabilities. Not kept.
  explicit ReliabilityOrder(const Answers& answers);
  /// Bins that hold predictions, by rising probability. @param weights  one a cluster
  std::vector<ReliabilityBin> bins(ReliabilityBins kind, std::span<const std::uint32_t> weights) const;

 private:
  struct Prediction {
    double probability;
    std::size_t cluster;
    bool right;
  };
  std::vector<Prediction> predictions_;  // sorted
};

}  // namespace iai
