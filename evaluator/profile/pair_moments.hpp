#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evaluator/data/exact_sum.hpp"
#include "evaluator/profile/sketches.hpp"
#include "formats/row_reader.hpp"

namespace iai {

/// Sums over the rows of one file where two columns both hold numbers, of the distances x and y from fixed origins.
struct PairSums {
  std::int64_t rows = 0;
  CompensatedSum x, y, xx, yy, xy;
};

/// The same over all files, of the numbers themselves; without rounding, so that it does not matter in which order.
struct PairTotals {
  std::int64_t rows = 0;
  ExactSum x, y, xx, yy, xy;
  double most_xx = 0, most_yy = 0;  // of one file, from its origins: what rounding may have cost
};

/// Linear correlation of every two of a table's first number columns, in one pass; rows are worked on in fixed blocks. The
/// same for a table as for its files merged in any order.
/// @source Pearson's coefficient; sums of distances from an origin as in T. Chan et al., "Algorithms for Computing the
/// Sample Variance" (1983)
class PairMoments {
 public:
  static constexpr std::size_t most_columns = 64;

  /// @param columns  places in the table of the columns to compare; of more than `most_columns` the first
  explicit PairMoments(std::vector<std::size_t> columns = {});
  const std::vector<std::size_t>& columns() const { return columns_; }

  /// Blocks of rows that are worked on at once, from here on.
  void begin_blocks(std::size_t blocks) { blocks_.resize(blocks, std::vector<Block>(columns_.size())); }
  /// The numbers of column `at` of columns() in one of those blocks, of `rows`; NaN, or beyond the end: none. Columns may be
  /// set on different threads, each block by block.
  void set_block(std::size_t block, std::size_t at, std::span<const double> values, std::size_t rows);
  /// After all columns of all blocks were set: pairs of column `at` with those behind it. On different threads for different
  /// `at`.
  void add_pairs(std::size_t at);

  /// A file is complete. @param types  that all columns of the table turned out to have in it; those of other types are not
  /// compared any more, whatever other files hold
  void end_file(std::span<const Column> types);
  /// Adds the moments of other files of the table.
  void merge(const PairMoments& other);
  void transfer(StateStream& state);

  /// Pearson's coefficient, -1 to 1; nothing for fewer than three rows or a constant column.
  std::optional<double> correlation(std::size_t a, std::size_t b) const;
  std::int64_t rows(std::size_t a, std::size_t b) const { return totals_.empty() ? 0 : totals_[index(a, b)].rows; }

 private:
  struct Block {
    std::vector<double> distances;  // 0 where there is no number
    std::vector<double> present;    // 1 or 0; empty when all are there
    double sum = 0, squares = 0;
    std::size_t count = 0;
  };
  void add_pairs(const std::vector<Block>& block, std::size_t at);
  /// @param a  below b
  std::size_t index(std::size_t a, std::size_t b) const { return a * columns_.size() - a * (a + 1) / 2 + b - a - 1; }

  std::vector<std::size_t> columns_;
  std::bitset<most_columns> left_out_;          // columns that some file has as no numbers
  std::vector<std::optional<double>> origins_;  // the first number of the file
  std::vector<std::vector<Block>> blocks_;      // [block][column]
  std::vector<PairSums> sums_;                  // of the file
  std::vector<PairTotals> totals_;              // of the files before it
};

}  // namespace iai
