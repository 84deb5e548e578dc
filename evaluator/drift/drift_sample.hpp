#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/drift/persistence.hpp"
#include "evaluator/drift/reference_profile.hpp"
#include "formats/delimited.hpp"

namespace iai {

enum class DriftMeasure { psi, ks, wasserstein, jensen_shannon, missing };

/// One figure of a column against its reference.
struct DriftFigure {
  DriftMeasure measure = DriftMeasure::psi;
  double value = 0;                    ///< at least so much, whatever is not known of the reference
  double chance = 1;                   ///< probability of so much without drift
  std::function<double(double)> tail;  ///< the same of any value
};
/// The value that chance passes with the probability `level` only.
double reached_by_chance(const DriftFigure& figure, double level);

/// What one column of a table holds now. A sample of at most SampleCounts::most_kept numbers is kept; else memory is that of
/// the reference.
class DriftSample {
 public:
  /// @param every  rows of which one counts, since neighbours are alike; when absent as many as the sample itself shows, of the
  ///               reference as well
  DriftSample(const ReferenceColumn& reference, std::optional<double> every);
  /// Where the reference holds numbers, all else counts as missing.
  void add(const Cell& cell, ColumnType type);
  /// Once, after the last cell.
  std::vector<DriftFigure> figures();
  /// Rows of which one counts, of the column's values.
  double counted_every() const { return every_.value_or(of_values_.values_as_one()); }

 private:
  void add_code(std::string code);
  std::vector<DriftFigure> of_numbers(double every);
  std::vector<DriftFigure> of_codes(double every) const;
  const ReferenceColumn& reference_;
  std::optional<SampleCounts> numbers_;
  std::map<std::string, double> codes_;
  double values_ = 0, missing_ = 0;
  std::optional<double> every_;
  Persistence of_values_, of_missing_;  // fed where they are asked
};

}  // namespace iai
