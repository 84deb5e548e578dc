#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// How far a tensor lies from what it should be, as a whole and channel by channel.
struct ChannelError {
  double sqnr_db = 0;                  ///< 10 log10(sum reference² / sum difference²); infinite when identical
  double cosine = 1;                   ///< over all elements
  double lost_share = 0;               ///< mean over the channels of what is lost of their variation, 0 to 1; those that never vary are left out
  double minimum = 0, maximum = 0;     ///< of the reference
  double outside_share = 0;            ///< of the reference's elements, outside of the bounds given
  std::int64_t channels = 0;           ///< 0: nothing was added, or their number varies
  std::int64_t constant_channels = 0;  ///< that hold one value only
  std::int64_t largest_channel = 0;    ///< with the largest absolute value
  double largest = 0, typical = 0;     ///< largest absolute value of that channel, and the median of those of all
};

/// Sums over runs of a model, in the order of add(). What is lost of a channel is its noise (the mean squared difference) over its
/// variance, at most all: the power of the whole hides a channel that is small beside others, and that of a channel a large mean that says
/// nothing.
class ChannelErrors {
 public:
  struct Bounds {
    double low, high;
  };
  /// @param axis  of the channels, negative counts from the end; one that a tensor lacks makes it one channel
  explicit ChannelErrors(int axis, std::optional<Bounds> bounds = std::nullopt) : axis_(axis), bounds_(bounds) {}

  /// Two tensors of one shape, floating point.
  void add(const TensorView& reference, const TensorView& candidate);
  ChannelError error() const;

 private:
  struct Channel {
    std::int64_t count = 0;
    double first = 0, minimum = 0, maximum = 0;
    double sum = 0, squares = 0;  ///< of value - first
    double noise = 0;
    bool broken = false;  ///< NaN or infinite where the reference is not
    double variance() const;
    double lost_share() const;
  };
  int axis_;
  std::optional<Bounds> bounds_;
  std::vector<Channel> channels_;
  bool added_ = false, vary_ = false;
  double signal_ = 0, noise_ = 0, candidate_ = 0, product_ = 0;
  std::int64_t elements_ = 0, outside_ = 0;
};

}  // namespace iai
