#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace iai {

// What calibration does with every element of every activation: loops of a few instructions an element, which the compiler makes vectors
// of. Integer results, so that neither the width of a vector nor the grouping of the elements changes a bit of them.

struct Extent {
  float minimum = 0, maximum = 0;  ///< both 0 without elements; a zero is +0
  bool finite = true;              ///< without NaN and infinities; else the two say nothing
};
Extent extent_of(std::span<const float> elements);

/// ++histogram[(element - low) * factor], for each element; what lies outside counts in the first or the last bin.
void count_bins(std::span<const float> elements, double low, double factor, std::span<std::uint64_t> histogram);

/// Sum of element * 2^shift, each rounded to even; |element * 2^shift| < 2^50.
std::int64_t fixed_point_sum(std::span<const float> elements, int shift);
/// The same for each column of elements that lie as [.., columns], columns = sums.size(). @param magnitudes  largest absolute value of
/// each, raised
void add_columns(std::span<const float> elements, int shift, std::span<std::int64_t> sums, std::span<float> magnitudes);

/// integers = value / scale, rounded to even, within [-127, 127]. @param scales  one for all, or one for each value
void round_to_int8(std::span<const float> values, std::span<const float> scales, std::span<std::int8_t> integers);

/// A sum of integers times powers of two that loses nothing: the order of what is added does not matter. Up to 2^31 terms.
class WideSum {
 public:
  /// Adds value * 2^-shift, |value| < 2^62, shift in [-104, 192].
  void add(std::int64_t value, int shift);
  double value() const;

 private:
  static constexpr int lowest = 192;         ///< a limb stands for 2^(32 i - lowest)
  std::array<std::int64_t, 12> limbs_ = {};  ///< 32 bits each, with room above for carries
};

}  // namespace iai
