#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "formats/tensor.hpp"
#include "quantizer/quantize/element_kernels.hpp"

namespace iai {

/// What calibration saw of one float tensor. Every figure is a minimum, a maximum or an exact sum, so that neither the
/// order of the samples nor their grouping changes a bit of it.
struct TensorStatistics {
  float minimum = 0, maximum = 0;  ///< both 0 as long as nothing was seen
  std::int64_t elements = 0;
  std::vector<std::uint64_t> histogram;       ///< equal bins over [minimum, maximum]; empty when the two are equal, or without a second pass
  double mean_minimum = 0, mean_maximum = 0;  ///< of the samples, each its own minimum and maximum
  std::vector<double> channel_means;          ///< one a channel, where the channels were asked for
  std::vector<float> channel_magnitudes;      ///< largest absolute value of each channel, likewise
  double bin_width() const;
  /// Middle of bin `i`.
  double bin_value(std::size_t i) const;
};

/// Watches named tensors in two passes over the same samples, one call a sample: first ranges and sums, then, for those who need
/// them, histograms over the ranges. Calls may come from several threads, in any order. Memory: tensors x `bins` + channels,
/// whatever the number of samples.
class Observer {
 public:
  static constexpr std::size_t bins = 8192;

  /// @param channel_axes  tensors whose means and magnitudes for each channel are wanted, with the axis (negative counts from the end)
  Observer(std::vector<std::string> tensors, const std::map<std::string, int>& channel_axes);

  const std::vector<std::string>& tensors() const { return names_; }
  /// First pass. `tensor` is an index into tensors(). @throws Error(input) naming the tensor when a value is NaN or infinite.
  void observe_range(std::size_t tensor, const TensorView& values);
  /// Second pass, over the same values.
  void observe_histogram(std::size_t tensor, const TensorView& values);
  /// After the passes.
  std::map<std::string, TensorStatistics> statistics() const;

 private:
  struct State {
    std::mutex mutex;
    TensorStatistics seen;
    int axis = 0;
    bool wants_channels = false;
    std::int64_t samples = 0;
    WideSum minima, maxima;
    std::vector<WideSum> sums;  ///< of the channels
    std::int64_t channel_elements = 0;
  };
  std::vector<std::string> names_;
  std::vector<State> states_;
  struct ChannelParts;
  static void add_channel_parts(State& state, const ChannelParts& parts);
};

}  // namespace iai
