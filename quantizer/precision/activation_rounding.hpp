#pragma once

#include <cstdint>
#include <span>

#include "formats/tensor.hpp"

namespace iai {

/// What rounding to a 16-bit type would do to float32 elements. Infinities and NaN are not counted: they stay what they are.
struct ActivationRounding {
  std::int64_t elements = 0;   ///< finite ones
  std::int64_t clamped = 0;    ///< beyond the largest number of the type
  std::int64_t vanished = 0;   ///< not zero, would become zero
  std::int64_t subnormal = 0;  ///< would become a subnormal number
  float largest = 0;           ///< magnitude
  double signal = 0;           ///< sum of squares
  double noise = 0;            ///< sum of squares of what rounding changes; what is clamped changes to the largest number
};
/// @param type  float16 or bfloat16
ActivationRounding rounding_of(std::span<const float> elements, ElementType type);

/// The largest finite number of the type: 65504 for float16.
float largest_of(ElementType type);

}  // namespace iai
