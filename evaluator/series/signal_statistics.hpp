#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "evaluator/profile/sketches.hpp"

namespace iai {

/// Where a value stands in a file.
struct RowPlace {
  std::int64_t row = 0, line = 0;
  std::uint64_t byte = 0;
};

/// Rows that follow each other and show one value.
struct ConstantRun {
  double value = 0;
  std::int64_t rows = 0;
  RowPlace first, last;
  double jump = 0;  ///< distance of the value behind it; 0 when there is none
};

/// A value far from its neighbours: `distance` to the median of the five values around it.
struct FarValue {
  double value = 0, distance = 0;
  RowPlace place;
};

/// The mean level of rows that follow each other.
struct LevelBlock {
  std::int64_t rows = 0;
  double sum = 0;
  RowPlace first;
  double mean() const { return sum / static_cast<double>(rows); }
};

/// What one sensor's values in one series look like, from one pass; memory is fixed (about 30 kB).
class SignalStatistics {
 public:
  void add(double value, const RowPlace& place);
  /// A row without a value: runs and neighbourhoods end.
  void skip();
  /// Ends the pass.
  void finish();

  static constexpr std::size_t most_runs = 8, most_far = 65, most_blocks = 128, most_sample = 1024;

  std::int64_t rows() const { return rows_; }
  double minimum() const { return minimum_.value; }
  double maximum() const { return maximum_.value; }
  /// How values behave at an end of the range that the series reaches.
  struct Rail {
    double value = 0;
    std::int64_t rows = 0, runs = 0, long_runs = 0;  ///< long: three rows or more
    ConstantRun longest;
  };
  const Rail& low_rail() const { return minimum_; }
  const Rail& high_rail() const { return maximum_; }
  std::int64_t runs() const { return runs_; }
  /// The longest runs of one value, the longest first.
  const std::vector<ConstantRun>& longest_runs() const { return longest_; }
  /// Smallest difference between two values of the series that differ, from a sample of at least 512 of its values; infinite
  /// when none do. Known after finish().
  double resolution() const { return resolution_; }
  /// The values farthest from their neighbours, the farthest first; at most `most_far`.
  const std::vector<FarValue>& far_values() const { return far_; }
  /// Usual distance of a value to the median of its neighbourhood (quantile `rank` of the absolute distances).
  double distance_quantile(double rank) { return distances_.at(rank); }
  double quantile(double rank) { return values_.at(rank); }
  /// Up to `most_blocks` blocks of equally many rows (the last may be shorter).
  const std::vector<LevelBlock>& blocks() const { return blocks_; }

 private:
  void follow_run(double value, const RowPlace& place);
  void end_run(double jump);
  void touch_rail(Rail& rail, bool beyond, double value);
  void look_around();
  void add_to_block(double value, const RowPlace& place);
  void keep_far(const FarValue& far);
  void keep_sample(double value);

  std::int64_t rows_ = 0, runs_ = 0, block_rows_ = 16;
  Rail minimum_, maximum_;
  ConstantRun run_;
  std::vector<ConstantRun> longest_;
  double resolution_ = std::numeric_limits<double>::infinity();
  std::array<double, 5> around_{};
  std::array<RowPlace, 5> places_{};
  std::int64_t around_rows_ = 0;
  std::vector<FarValue> far_;
  Quantiles distances_, values_;
  std::vector<double> sample_;  // every stride_-th value
  std::int64_t stride_ = 1;
  std::vector<LevelBlock> blocks_;
};

}  // namespace iai
