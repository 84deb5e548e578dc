#pragma once

#include "evaluator/contract/allowed_values.hpp"
#include "evaluator/contract/rule_check.hpp"
#include "formats/pattern.hpp"

namespace iai {

/// The rules about the cells of one column: type, error words, missing values, range, allowed values, pattern, and values
/// that stand still.
class ColumnCheck : public RuleCheck {
 public:
  /// @param column  of the file. The pattern and the allowed values of its rules belong to the table; each may be null.
  ColumnCheck(std::size_t column, std::vector<const Rule*> rules, Pattern* pattern, AllowedValues* allowed);
  void check(const RowBatch& batch, std::vector<RuleBreak>& breaks) override;
  void interrupt(std::vector<RuleBreak>& breaks) override;
  void keep_places(RowPlaces& places) override;
  void end(std::vector<RuleBreak>& breaks) override;

 private:
  using Breaks = std::vector<RuleBreak>;
  void check_exceptions(const RowBatch& batch, const ColumnCells& cells, Breaks& breaks);
  void check_range(const ColumnCells& cells, std::size_t rows, Breaks& breaks) const;
  void check_allowed(const ColumnCells& cells, std::size_t rows, Breaks& breaks);
  void check_pattern(const ColumnCells& cells, std::size_t rows, Breaks& breaks);
  void follow_runs(const RowBatch& batch, const ColumnCells& cells, Breaks& breaks);
  template <class Value>
  void follow_span(const Value* values, Value& last, std::size_t from, std::size_t to, Breaks& breaks);
  void end_run(std::size_t row, Breaks& breaks);

  std::size_t column_;
  const Rule *type_, *error_words_, *missing_, *range_, *allowed_, *pattern_, *stuck_;
  Pattern* matcher_;
  AllowedValues* values_;
  std::int64_t rows_ = 0, missing_cells_ = 0;
  // The value that stands still, and since when.
  double last_number_ = 0;
  std::int64_t last_integer_ = 0, run_first_ = 0, run_rows_ = 0, first_row_ = 1;
  std::string_view last_text_;
  std::string kept_text_;
  std::optional<Violation> run_place_;
};

}  // namespace iai
