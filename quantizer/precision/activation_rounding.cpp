#include "quantizer/precision/activation_rounding.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace iai {
namespace {

/// Rounds a magnitude to the nearest number of a type with 23 - `dropped` digits behind the leading one, ties to even, as if its
/// exponents had no end.
template <int dropped>
float rounded_digits(float magnitude) {
  const auto bits = std::bit_cast<std::uint32_t>(magnitude);
  constexpr std::uint32_t below_half = (1u << (dropped - 1)) - 1, mask = ~((1u << dropped) - 1);
  return std::bit_cast<float>((bits + below_half + ((bits >> dropped) & 1)) & mask);
}

struct Half {
  static constexpr float largest = 65504, smallest_normal = 0x1p-14f;
  static float rounded(float magnitude) {
    // 0.5 has its last digit where the subnormal numbers have theirs, at 2^-24.
    return magnitude < smallest_normal ? (magnitude + 0.5f) - 0.5f : rounded_digits<13>(magnitude);
  }
};

struct Brain {
  static constexpr float largest = 0x1.fep+127f, smallest_normal = 0x1p-126f;
  static float rounded(float magnitude) { return rounded_digits<16>(magnitude); }
};

template <class Format>
ActivationRounding counted(std::span<const float> elements) {
  constexpr std::size_t lanes = 8;  // sums side by side, so that the compiler can make vectors of them
  std::array<double, lanes> signal{}, noise{};
  std::array<std::int64_t, lanes> finite{}, clamped{}, vanished{}, subnormal{};
  std::array<float, lanes> largest{};
  const auto add = [&](float element, std::size_t lane) {
    const float raw = std::abs(element);
    const bool counts = raw <= std::numeric_limits<float>::max();  // not for NaN
    const float magnitude = counts ? raw : 0;
    const float near = Format::rounded(magnitude);
    const bool over = !(near <= Format::largest);
    const float kept = over ? Format::largest : near;
    const double value = static_cast<double>(magnitude), change = static_cast<double>(kept) - value;
    finite[lane] += counts ? 1 : 0;
    clamped[lane] += over ? 1 : 0;
    vanished[lane] += kept == 0 && magnitude != 0 ? 1 : 0;
    subnormal[lane] += kept != 0 && kept < Format::smallest_normal ? 1 : 0;
    largest[lane] = std::max(largest[lane], magnitude);
    signal[lane] += value * value;
    noise[lane] += change * change;
  };
  const std::size_t whole = elements.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) add(elements[i + lane], lane);
  }
  for (std::size_t i = whole; i < elements.size(); ++i) add(elements[i], i - whole);
  ActivationRounding sum;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    sum.elements += finite[lane];
    sum.clamped += clamped[lane];
    sum.vanished += vanished[lane];
    sum.subnormal += subnormal[lane];
    sum.largest = std::max(sum.largest, largest[lane]);
    sum.signal += signal[lane];
    sum.noise += noise[lane];
  }
  return sum;
}

}  // namespace

ActivationRounding rounding_of(std::span<const float> elements, ElementType type) {
  return type == ElementType::bfloat16 ? counted<Brain>(elements) : counted<Half>(elements);
}

float largest_of(ElementType type) { return type == ElementType::bfloat16 ? Brain::largest : Half::largest; }

}  // namespace iai
