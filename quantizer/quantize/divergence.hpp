#pragma once

#include "quantizer/quantize/range.hpp"

namespace iai {

/// The range whose levels keep most of the distribution: both ends of all that was seen shrink together, and the range
/// with the least Kullback-Leibler divergence between the histogram and its image on the levels is kept, of equal ones the
/// widest. What lies outside counts at the ends.
/// @source Migacz, "8-bit Inference with TensorRT" (GTC 2017), slides 32 to 38; there for magnitudes, here for both signs
Range least_divergence_range(const TensorStatistics& seen, const ActivationScheme& scheme);

}  // namespace iai
