#pragma once

#include <cstdint>
#include <vector>

#include "evaluator/profile/stored_distribution.hpp"

namespace iai {

/// What is known of a distribution function at one value: shares of the rows below it and up to it, each within a range.
struct KnownPoint {
  double value = 0;
  double below_low = 0, below_high = 0;      ///< P(X < value)
  double through_low = 0, through_high = 0;  ///< P(X <= value)
};

/// A reference, at ascending values, the smallest and the largest among them; between two of them the function grows
/// somehow, and everything that is said of it holds however it does.
struct KnownDistribution {
  std::vector<KnownPoint> points;
  double rows = 0;
};
/// @param rank_error  of the counts as a share of the rows, at 99 % confidence; 0: exact   @param rows  numbers in all
KnownDistribution known_distribution(const StoredDistribution& stored, double rank_error, double rows);

/// A sample beside a reference, at the same values.
struct Comparison {
  std::vector<KnownPoint> reference;
  double reference_rows = 0;
  std::vector<double> below, through;  ///< shares of the sample below each value, up to each value
  /// Over each gap before, between and after the values: the integral of the sample's distribution function (of 1 less it,
  /// after the last value).
  std::vector<double> areas;
  double least = 0, most = 0;  ///< of the sample
  double rows = 0;
};

/// Counts a sample at the values of a reference. A sample of at most `most_kept` numbers is kept, and compared at its own
/// values too: figures are then those of the two samples, exactly, when the reference is exact.
class SampleCounts {
 public:
  static constexpr std::size_t most_kept = 4096;
  explicit SampleCounts(KnownDistribution reference) : reference_(std::move(reference)) {}
  void add(double value);
  /// Once, after the last number; there must be one.
  Comparison finish();

 private:
  void count(double value);
  void refine();
  KnownDistribution reference_;
  std::vector<double> kept_;
  bool counting_ = false;
  std::vector<std::int64_t> between_, at_;  // in the gaps, at the values
  std::vector<double> sums_;                // of the distances to the end of each gap; after the last value: to its begin
  double least_ = 0, most_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace iai
