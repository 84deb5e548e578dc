#include "quantizer/quantize/element_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

// Each loop is compiled twice on x86-64: for every machine, and for those with AVX2, whatever the build was configured for.
#if defined(__x86_64__)
#define IAI_WITH_AVX2 [[gnu::target("avx2")]]
#endif

namespace iai {
namespace {

constexpr std::int32_t infinity_key = 0x7f800000;
constexpr std::size_t block = 1024;

/// Integers in the order of the floats: negative ones with their lower bits turned over.
[[gnu::always_inline]] inline std::int32_t key_of(std::int32_t bits) { return bits ^ ((bits >> 31) & 0x7fffffff); }

struct Keys {
  std::int32_t least, greatest;
};

[[gnu::always_inline]] inline Keys keys_body(const float* elements, std::size_t count) {
  Keys keys{std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t key = key_of(std::bit_cast<std::int32_t>(elements[i]));
    keys.least = std::min(keys.least, key);
    keys.greatest = std::max(keys.greatest, key);
  }
  return keys;
}

[[gnu::always_inline]] inline void places_body(const float* elements, std::size_t count, double low, double factor, double last, std::int32_t* places) {
  for (std::size_t i = 0; i < count; ++i) {
    double place = (static_cast<double>(elements[i]) - low) * factor;
    place = place > 0 ? place : 0;
    places[i] = static_cast<std::int32_t>(place < last ? place : last);
  }
}

/// A double plus this has, in its lower bits, the integer to which it was rounded (to even), as an offset from this one's bits.
constexpr double rounder = 6755399441055744.0;  // 1.5 * 2^52

[[gnu::always_inline]] inline std::int64_t rounded(float element, double unit) {
  return std::bit_cast<std::int64_t>(static_cast<double>(element) * unit + rounder) - std::bit_cast<std::int64_t>(rounder);
}

[[gnu::always_inline]] inline std::int64_t row_body(const float* elements, std::size_t count, double unit) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < count; ++i) total += rounded(elements[i], unit);
  return total;
}

[[gnu::always_inline]] inline void column_body(const float* elements, std::size_t count, double unit, std::int64_t* sums, float* magnitudes) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += rounded(elements[i], unit);
  for (std::size_t i = 0; i < count; ++i) {
    const float magnitude = std::abs(elements[i]);
    magnitudes[i] = magnitudes[i] < magnitude ? magnitude : magnitudes[i];
  }
}

[[gnu::always_inline]] inline std::int8_t int8_of(float value, float scale) {
  double place = static_cast<double>(value) / static_cast<double>(scale);
  place = place > -127 ? place : -127;
  place = place < 127 ? place : 127;
  return static_cast<std::int8_t>(static_cast<std::int32_t>((place + rounder) - rounder));
}

[[gnu::always_inline]] inline void int8_body(const float* values, std::size_t count, const float* scales, bool one_scale, std::int8_t* integers) {
  if (one_scale) {
    const float scale = scales[0];
    for (std::size_t i = 0; i < count; ++i) integers[i] = int8_of(values[i], scale);
  } else {
    for (std::size_t i = 0; i < count; ++i) integers[i] = int8_of(values[i], scales[i]);
  }
}

#ifdef IAI_WITH_AVX2
const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
IAI_WITH_AVX2 Keys keys_avx2(const float* elements, std::size_t count) { return keys_body(elements, count); }
IAI_WITH_AVX2 void places_avx2(const float* elements, std::size_t count, double low, double factor, double last, std::int32_t* places) {
  places_body(elements, count, low, factor, last, places);
}
IAI_WITH_AVX2 std::int64_t row_avx2(const float* elements, std::size_t count, double unit) { return row_body(elements, count, unit); }
IAI_WITH_AVX2 void column_avx2(const float* elements, std::size_t count, double unit, std::int64_t* sums, float* magnitudes) {
  column_body(elements, count, unit, sums, magnitudes);
}
IAI_WITH_AVX2 void int8_avx2(const float* values, std::size_t count, const float* scales, bool one_scale, std::int8_t* integers) {
  int8_body(values, count, scales, one_scale, integers);
}
#else
constexpr bool has_avx2 = false;
constexpr auto keys_avx2 = keys_body;
constexpr auto places_avx2 = places_body;
constexpr auto row_avx2 = row_body;
constexpr auto column_avx2 = column_body;
constexpr auto int8_avx2 = int8_body;
#endif

void find_places(const float* elements, std::size_t count, double low, double factor, double last, std::int32_t* places) {
  if (has_avx2) places_avx2(elements, count, low, factor, last, places);
  else places_body(elements, count, low, factor, last, places);
}

}  // namespace

Extent extent_of(std::span<const float> elements) {
  if (elements.empty()) return {};
  const Keys keys = has_avx2 ? keys_avx2(elements.data(), elements.size()) : keys_body(elements.data(), elements.size());
  const auto value = [](std::int32_t key) { return std::bit_cast<float>(key_of(key)) + 0.0F; };
  return {value(keys.least), value(keys.greatest), keys.greatest < infinity_key && keys.least > key_of(std::bit_cast<std::int32_t>(-HUGE_VALF))};
}

void count_bins(std::span<const float> elements, double low, double factor, std::span<std::uint64_t> histogram) {
  // Neighbours often fall into one bin, and an addition waits for the one before to the same place: four histograms take turns.
  constexpr std::size_t turns = 4, many = 32768;
  const std::size_t bins = histogram.size();
  const auto last = static_cast<double>(bins - 1);
  std::array<std::int32_t, block> places;
  static thread_local std::vector<std::uint32_t> counts;
  const bool in_turns = elements.size() >= many;
  if (in_turns) counts.assign(turns * bins, 0);
  for (std::size_t first = 0; first < elements.size(); first += block) {
    const std::size_t count = std::min(block, elements.size() - first);
    find_places(elements.data() + first, count, low, factor, last, places.data());
    if (in_turns && count == block) {
      for (std::size_t i = 0; i < block; i += turns) {
        for (std::size_t turn = 0; turn < turns; ++turn) ++counts[turn * bins + static_cast<std::size_t>(places[i + turn])];
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) ++histogram[static_cast<std::size_t>(places[i])];
    }
  }
  if (!in_turns) return;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    for (std::size_t bin = 0; bin < bins; ++bin) histogram[bin] += counts[turn * bins + bin];
  }
}

std::int64_t fixed_point_sum(std::span<const float> elements, int shift) {
  return (has_avx2 ? row_avx2 : row_body)(elements.data(), elements.size(), std::ldexp(1.0, shift));
}

void add_columns(std::span<const float> elements, int shift, std::span<std::int64_t> sums, std::span<float> magnitudes) {
  const double unit = std::ldexp(1.0, shift);
  for (std::size_t at = 0; at < elements.size(); at += sums.size()) {
    (has_avx2 ? column_avx2 : column_body)(elements.data() + at, sums.size(), unit, sums.data(), magnitudes.data());
  }
}

void round_to_int8(std::span<const float> values, std::span<const float> scales, std::span<std::int8_t> integers) {
  (has_avx2 ? int8_avx2 : int8_body)(values.data(), values.size(), scales.data(), scales.size() == 1, integers.data());
}

void WideSum::add(std::int64_t value, int shift) {
  const int position = lowest - shift;
  const auto limb = static_cast<std::size_t>(position / 32);
  const int offset = position % 32;
  constexpr std::uint64_t low_bits = 0xffffffff;
  const std::uint64_t low = (static_cast<std::uint64_t>(value) & low_bits) << offset;
  const std::int64_t high = (value >> 32) * (std::int64_t{1} << offset);
  limbs_[limb] += static_cast<std::int64_t>(low & low_bits);
  limbs_[limb + 1] += static_cast<std::int64_t>(low >> 32) + static_cast<std::int64_t>(static_cast<std::uint64_t>(high) & low_bits);
  limbs_[limb + 2] += high >> 32;
}

double WideSum::value() const {
  std::array<std::int64_t, 12> limbs = limbs_;
  for (std::size_t i = 0; i + 1 < limbs.size(); ++i) {
    const std::int64_t carry = limbs[i] >> 32;
    limbs[i] -= carry * (std::int64_t{1} << 32);
    limbs[i + 1] += carry;
  }
  // A negative sum is a negative last limb and positive ones below it; turned over first, so that large parts do not cancel.
  const bool negative = limbs.back() < 0;
  if (negative) {
    std::int64_t borrow = 0;
    for (std::size_t i = 0; i < limbs.size(); ++i) {
      limbs[i] = -limbs[i] - borrow;
      borrow = i + 1 < limbs.size() && limbs[i] < 0 ? 1 : 0;
      limbs[i] += borrow << 32;
    }
  }
  double sum = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) sum += std::ldexp(static_cast<double>(limbs[i]), static_cast<int>(32 * i) - lowest);
  return negative ? -sum : sum;
}

}  // namespace iai
