#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace iai {

/// What roundings of the weights of one output do to it, all together: from the products of its inputs.
class RoundingMetric {
 public:
  /// @param sums  [inputs, inputs], lower half: sums of x_i x_j over all positions
  RoundingMetric(std::span<const double> sums, std::size_t inputs);
  /// Inputs that are all zero, or products that cannot be inverted, say nothing.
  bool usable() const { return !factor_.empty(); }

  /// Integers in [-127, 127] for the weights of one output, input by input: what the rounding of one loses is made up for by those
  /// that are not rounded yet, in closed form.
  /// @param steps  what an integer of each weight stands for
  /// @source Frantar et al., "GPTQ" (ICLR 2023), section 3, with the inputs of largest products first and 1 % of the mean
  /// diagonal added; Hassibi and Stork, "Second Order Derivatives for Network Pruning: Optimal Brain Surgeon" (NIPS 1992)
  std::vector<double> rounded(std::span<const double> weights, std::span<const double> steps) const;
  /// Mean square of what `lost` (of each weight) does to the output, in a unit of its own.
  double cost(std::span<const double> lost) const;

 private:
  std::size_t inputs_;
  std::vector<std::size_t> order_;  // of rounding
  std::vector<double> products_;    // [inputs, inputs] in that order, full and symmetric, mean diagonal 1
  std::vector<double> factor_;      // upper triangular U with U^T U = (products + ridge)^-1
};

}  // namespace iai
