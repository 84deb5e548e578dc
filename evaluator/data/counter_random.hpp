#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace iai {

/// Counter-based generator: value i depends on (key, i) alone, so that any thread may draw any part of a sequence.
/// @source SplitMix64, Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014), section 4
class CounterRandom {
 public:
  explicit CounterRandom(std::uint64_t seed, std::string_view stream = {}) : key_(mix(seed ^ name_hash(stream))) {}

  std::uint64_t bits(std::uint64_t index) const { return mix(key_ + (index + 1) * 0x9e3779b97f4a7c15u); }
  /// In [0, 1), a multiple of 2^-53.
  double uniform(std::uint64_t index) const { return static_cast<double>(bits(index) >> 11) * 0x1p-53; }
  /// In [0, bound): the high half of the 128-bit product (bias below bound / 2^64).
  std::uint64_t below(std::uint64_t index, std::uint64_t bound) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits(index)) * bound) >> 64);
  }
  /// Standard normal (Box and Muller, 1958; the cosine branch).
  double normal(std::uint64_t index) const {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(2 * index)));
    return radius * std::cos(2.0 * std::numbers::pi * uniform(2 * index + 1));
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  static std::uint64_t name_hash(std::string_view name) {  // FNV-1a
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
  }
  std::uint64_t key_;
};

}  // namespace iai
