#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace iai {

/// Quantiles of a stream of numbers in bounded memory; exact up to 400 numbers, then within 0.7 % of rank with 99 %
/// confidence. The same numbers in the same order give the same answer, on any thread.
/// @source Karnin, Lang, Liberty, "Optimal Quantile Approximation in Streams" (FOCS 2016); Apache DataSketches
class Quantiles {
 public:
  Quantiles();
  ~Quantiles();
  Quantiles(Quantiles&&) noexcept;
  Quantiles& operator=(Quantiles&&) noexcept;

  void add(double value) {
    buffer_.push_back(value);
    if (buffer_.size() == batch) flush();
  }
  /// The number at `rank` (0 to 1); NaN when there is none.
  double at(double rank);

 private:
  static constexpr std::size_t batch = 1024;
  void flush();
  struct Sketch;
  std::unique_ptr<Sketch> sketch_;
  std::vector<double> buffer_;
};

/// How many different values a stream holds, by 64-bit hashes: exact up to a limit, then within 2.6 % with 95 % confidence.
/// @source Flajolet et al., "HyperLogLog" (AofA 2007), with the HIP estimator of Cohen (KDD 2014); Apache DataSketches
class DistinctCount {
 public:
  explicit DistinctCount(std::size_t most_exact = 1024);
  ~DistinctCount();
  DistinctCount(DistinctCount&&) noexcept;
  DistinctCount& operator=(DistinctCount&&) noexcept;

  void add(std::uint64_t hash) {
    if (hash == last_ && used_ > 0) return;  // measured values often stand still
    last_ = hash;
    insert(hash);
  }
  std::int64_t count() const;
  bool exact() const { return sketch_ == nullptr; }

 private:
  void insert(std::uint64_t hash);
  void grow();
  struct Sketch;
  std::unique_ptr<Sketch> sketch_;
  std::vector<std::uint64_t> slots_;  // open addressing; 0 is free
  std::size_t used_ = 0, most_exact_;
  std::uint64_t last_ = 0;
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
