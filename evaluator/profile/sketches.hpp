#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace iai {

class StateStream;

/// Quantiles of a stream of numbers in bounded memory; exact up to 2,300 numbers, then within `rank_error` of rank with
/// 99 % confidence. Of more than 2^17 numbers one in 2^j stands for its neighbours. The same numbers in the same order
/// give the same answer, on any thread.
/// @source Karnin, Lang, Liberty, "Optimal Quantile Approximation in Streams" (FOCS 2016), section 4 with its sampler
class Quantiles {
 public:
  static constexpr double rank_error = 0.008;

  void add(double value) { add(std::span(&value, 1)); }
  void add(std::span<const double> values);
  /// `value`, `times` times.
  void add(double value, std::uint64_t times);
  void merge(const Quantiles& other);
  /// The number at `rank` (0 to 1); NaN when there is none.
  double at(double rank) const;
  std::uint64_t count() const { return count_; }
  bool exact() const { return compactions_ == 0 && sampling_ == 0; }
  /// Numbers in ascending order, each with how many it stands for.
  std::vector<std::pair<double, std::uint64_t>> items() const;
  /// The kept numbers by level: a number of level l stands for 2^l.
  const std::vector<std::vector<double>>& levels() const { return levels_; }
  /// The inverse of count() and levels().
  static Quantiles from_levels(std::uint64_t count, std::vector<std::vector<double>> levels);
  /// What was read may be merged, not added to number by number.
  void transfer(StateStream& state);

 private:
  static constexpr std::size_t k = 768;
  void keep(double value, std::size_t level);
  void compress();
  std::size_t capacity(std::size_t level) const;
  void update_capacity();

  std::vector<std::vector<double>> levels_;
  std::size_t size_ = 0, capacity_ = 0;
  std::uint64_t count_ = 0, compactions_ = 0;
  std::size_t sampling_ = 0;              // one number in 2^sampling_ is kept
  std::uint64_t place_ = 0, blocks_ = 0;  // place in the block of 2^sampling_ numbers; blocks so far
};

/// The number at `rank` among ascending `items` with their weights.
double quantile_of(std::span<const std::pair<double, std::uint64_t>> items, double rank);

/// How many different values a stream holds, by 64-bit hashes, within 1.7 % with 95 % confidence. Order does not matter:
/// the sketch of a whole is the merged sketch of its parts.
/// @source Flajolet et al., "HyperLogLog" (AofA 2007); estimator of O. Ertl, "New cardinality estimation algorithms for
/// HyperLogLog sketches" (2017), algorithm 6
class DistinctSketch {
 public:
  static constexpr double relative_error = 0.017;
  DistinctSketch() : registers_(std::size_t{1} << bits) {}
  explicit DistinctSketch(std::vector<std::uint8_t> registers) : registers_(std::move(registers)) { registers_.resize(std::size_t{1} << bits); }
  void add(std::uint64_t hash) {
    const auto rank = static_cast<std::uint8_t>(__builtin_clzll((hash << bits) | (std::uint64_t{1} << (bits - 1))) + 1);
    auto& known = registers_[hash >> (64 - bits)];
    if (rank > known) known = rank;
  }
  void merge(const DistinctSketch& other);
  double estimate() const;
  const std::vector<std::uint8_t>& registers() const { return registers_; }
  void transfer(StateStream& state);

 private:
  static constexpr int bits = 14;
  std::vector<std::uint8_t> registers_;
};

/// Hashes that are the same on every machine.
std::uint64_t hash_text(std::string_view text);
inline std::uint64_t hash_bits(std::uint64_t bits) {  // the finalizer of MurmurHash3 (A. Appleby, public domain)
  bits ^= bits >> 33;
  bits *= 0xff51afd7ed558ccdu;
  bits ^= bits >> 33;
  bits *= 0xc4ceb9fe1a85ec53u;
  return bits ^ (bits >> 33);
}

/// 128 bits of MurmurHash3 of `text`.
struct Hash128 {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const Hash128&) const = default;
};
Hash128 hash128(std::string_view text);

/// Sum in the order of the numbers, with the rounding error carried along.
/// @source A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974)
class CompensatedSum {
 public:
  void add(double value) {
    const double sum = sum_ + value;
    const bool larger = (sum_ < 0 ? -sum_ : sum_) >= (value < 0 ? -value : value);
    error_ += larger ? (sum_ - sum) + value : (value - sum) + sum_;
    sum_ = sum;
  }
  double value() const { return sum_ + error_; }

 private:
  double sum_ = 0, error_ = 0;
};

}  // namespace iai
