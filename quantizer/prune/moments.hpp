#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// A tensor whose channels are to be watched.
struct WatchedTensor {
  std::string name;
  int axis = 0;  ///< of the channels
  std::int64_t channels = 0;
};

/// First and second moments of the channels of one tensor, over all samples and positions.
struct Moments {
  std::int64_t count = 0;
  std::vector<double> sums;      ///< [channels]
  std::vector<double> products;  ///< [channels, channels], sums of x_i * x_j

  /// Adds one tensor. Sums run in the order of the elements, so the order of the calls decides the last bits.
  /// @throws Error(input) naming the tensor when its shape differs or a value is NaN or infinite
  void add(const WatchedTensor& watched, const Tensor& values);
};

/// By tensor name.
using MomentsByTensor = std::map<std::string, Moments>;

}  // namespace iai
