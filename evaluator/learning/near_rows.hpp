#pragma once

#include <map>
#include <span>

#include "evaluator/data/row_spool.hpp"
#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// Rows of two splits that are nearly equal: each number within its tolerance, all else equal.
struct NearRowsRule {
  RuleHead head;
  std::optional<double> share;               ///< tolerance as a share of each feature's deviation; derived when absent
  std::map<std::string, double> tolerances;  ///< in the feature's own unit
};

/// Finds every pair within the tolerances. Rows wait in a temporary file; then k + 1 grids with cells k + 1 tolerances wide,
/// each moved by one tolerance against the one before, are laid over the k features that part the rows best: no two rows
/// within the tolerance are parted by a border in all of them, since each feature's border parts them in one grid at most.
/// Rows that share a cell are compared in the order of one more feature.
/// @source T. M. Chan, "Approximate Nearest Neighbor Queries Revisited", Discrete Comput Geom 20 (1998), shifted grids
class NearRows : public LearningPart {
 public:
  NearRows(const NearRowsRule& rule, std::size_t features);
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  static constexpr std::size_t most_grid_features = 4, most_in_memory = std::size_t{1} << 18;
  static constexpr std::int64_t most_compared = 2048;  // rows that one row is compared with in one cell
  enum class Kind { number, exact };
  struct Feature {
    Kind kind = Kind::exact;
    std::int64_t count = 0;
    double mean = 0, squares = 0, tolerance = 0;
  };
  struct Filed {
    Hash128 cell;
    double sweep = 0;
    std::uint64_t content = 0;  ///< hash of the whole row: equal rows of a split count once
    std::int64_t index = 0;
    std::int64_t split = 0;
  };
  struct Before {
    bool operator()(const Filed& a, const Filed& b) const;
  };

  void set_tolerances(const LearningRoles& roles);
  double derived_share() const;
  void choose_features();
  std::size_t parted(const std::vector<std::size_t>& grid) const;
  double cell_width(std::size_t feature) const { return 1.01 * (most_grid_features + 1) * features_[feature].tolerance; }
  Hash128 cell_of(std::span<const double> row, std::size_t shift, const std::vector<std::size_t>& grid) const;
  void search(std::size_t shift);
  void compare(std::vector<Filed>& window, const Filed& row);
  void shorten(std::vector<Filed>& window, double sweep);
  std::uint64_t content_of(std::int64_t index) const;
  double reach() const { return grid_.empty() ? 1e300 : features_[sweep_].tolerance * (1 + 1e-9); }
  bool near(std::int64_t a, std::int64_t b) const;
  RowPlace place_of(std::int64_t index) const;

  const NearRowsRule& rule_;
  std::vector<Feature> features_;
  RowSpool spool_;  // features, then the place in five numbers' bits
  std::vector<double> buffer_;
  std::string key_;
  std::vector<std::size_t> exact_, grid_;  // features that must be equal; features of the grids
  std::size_t sweep_ = 0;
  std::int64_t unfinished_ = 0;  // how often a cell held too many rows
  RowPairs pairs_;
};

}  // namespace iai
