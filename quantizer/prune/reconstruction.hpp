#pragma once

#include <vector>

#include "formats/model.hpp"
#include "quantizer/prune/channel_map.hpp"
#include "quantizer/prune/moments.hpp"

namespace iai {

/// A layer that loses input channels and makes up for them with those that stay: after each removal its weights are the
/// least-squares answer to what it computed before, over the calibration inputs.
///
/// With X the inputs [channels, positions] and P = (X X^T / positions + ridge)^-1, leaving out channel c costs
/// |W_c|^2 / P_cc, and the best weights for the rest are W - W_c P_c: / P_cc; then P loses row and column c.
/// @source Hassibi and Stork, "Second Order Derivatives for Network Pruning: Optimal Brain Surgeon" (1993); for whole
/// channels Kurtic, Frantar, Alistarh, "ZipLM" (2023), section 3.1
class Reconstruction {
 public:
  /// @param moments  of the layer's input
  Reconstruction(const Model& model, const ChannelMap::Consumer& consumer, const Moments& moments);

  const std::vector<int>& units() const { return consumer_.units; }
  /// Error that leaving out input channel `c` adds, as a share of the energy of what the layer computes.
  double cost(std::size_t c) const;
  void remove(std::size_t c);
  /// Weights, and bias where there is one to take up the mean, into the model. Removed channels have zeros there.
  void store(Model& model) const;

 private:
  double& inverse(std::size_t row, std::size_t column) { return inverse_[row * channels_ + column]; }
  double inverse(std::size_t row, std::size_t column) const { return inverse_[row * channels_ + column]; }
  template <class Use>
  void for_each_filter(Use use) const;
  void measure_energies();

  ChannelMap::Consumer consumer_;
  std::size_t channels_ = 0, outer_ = 1, inner_ = 1;  ///< weights are [outer, channels, inner]
  std::vector<double> weights_, original_, inverse_, means_, energies_;
  std::vector<bool> removed_;
  double output_energy_ = 0;
};

/// Inverse of a symmetric positive definite matrix [n, n] of which the lower half is read, by Cholesky factors.
/// Empty when it is not positive definite.
std::vector<double> inverse_of(std::vector<double> matrix, std::size_t n);

}  // namespace iai
