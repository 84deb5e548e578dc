#include "evaluator/contract/column_check.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "formats/delimited_source.hpp"

namespace iai {

std::string span_text(const Rule& rule) {
  if (rule.minimum && rule.maximum) return fmt::format("{} to {}", *rule.minimum, *rule.maximum);
  return rule.minimum ? fmt::format("{} or more", *rule.minimum) : fmt::format("{} or less", *rule.maximum);
}

bool is_outside(const Rule& rule, double value) { return (rule.minimum && value < *rule.minimum) || (rule.maximum && value > *rule.maximum); }

CellMessage cell_message(const Rule& rule, const Cell& cell, ColumnType type) {
  const auto quoted = [&](const std::string& reason) { return CellMessage{fmt::format("'{}' {}", first_bytes(cell.text, 60), reason), reason}; };
  switch (rule.kind) {
    case RuleKind::missing: return {"no value", "no value"};
    case RuleKind::error_words: return {fmt::format("the logger wrote '{}' in place of a value", cell.text), "an error word in place of a value"};
    case RuleKind::type: return quoted("is no " + column_type_name(type));
    case RuleKind::range: return {fmt::format("{} is not within {}", cell.text, span_text(rule)), "is not within " + span_text(rule)};
    case RuleKind::allowed: return quoted(fmt::format("is not one of the {} allowed values", rule.allowed.size()));
    case RuleKind::pattern: return quoted("does not match " + rule.text);
    default: return {};
  }
}

ColumnCheck::ColumnCheck(std::size_t column, std::vector<const Rule*> rules, Pattern* pattern, AllowedValues* allowed)
    : column_(column), matcher_(pattern), values_(allowed) {
  // Of several rules of a kind the last one holds.
  const auto find = [&](RuleKind kind) {
    const auto at = std::find_if(rules.rbegin(), rules.rend(), [&](const Rule* rule) { return rule->kind == kind; });
    return at == rules.rend() ? nullptr : *at;
  };
  type_ = find(RuleKind::type);
  error_words_ = find(RuleKind::error_words);
  missing_ = find(RuleKind::missing);
  range_ = find(RuleKind::range);
  allowed_ = find(RuleKind::allowed);
  pattern_ = find(RuleKind::pattern);
  stuck_ = find(RuleKind::stuck);
}

void ColumnCheck::check(const RowBatch& batch, Breaks& breaks) {
  const auto& cells = batch.columns[column_];
  rows_ += static_cast<std::int64_t>(batch.rows);
  first_row_ = batch.first_row;
  if (stuck_ != nullptr) follow_runs(batch, cells, breaks);
  check_exceptions(batch, cells, breaks);
  if (range_ != nullptr && is_numeric(cells.type)) check_range(cells, batch.rows, breaks);
  if (allowed_ != nullptr) check_allowed(cells, batch.rows, breaks);
  if (pattern_ != nullptr) check_pattern(cells, batch.rows, breaks);
}

void ColumnCheck::check_exceptions(const RowBatch& batch, const ColumnCells& cells, Breaks& breaks) {
  const auto tell = [&](std::size_t row, const Rule* rule) {
    if (rule != nullptr) breaks.push_back({static_cast<std::uint32_t>(row), column_, rule});
  };
  const auto tell_missing = [&](std::size_t row) {
    ++missing_cells_;
    // Where some may be missing, the file as a whole is judged.
    if (missing_ != nullptr && missing_->most == 0 && !missing_->most_share) tell(row, missing_);
  };
  std::size_t next = 0;
  const bool empty = cells.type == ColumnType::empty;
  const auto pass_empty = [&](std::size_t to) {
    for (; empty && next < to; ++next) tell_missing(next);
  };
  for (const auto& exception : cells.exceptions) {
    pass_empty(exception.row);
    next = exception.row + 1;
    if (exception.state == CellState::missing) tell_missing(exception.row);
    else tell(exception.row, exception.state == CellState::error ? error_words_ : type_);
  }
  pass_empty(batch.rows);
}

void ColumnCheck::check_range(const ColumnCells& cells, std::size_t rows, Breaks& breaks) const {
  const double least = range_->minimum.value_or(-std::numeric_limits<double>::infinity()),
               most = range_->maximum.value_or(std::numeric_limits<double>::infinity());
  const auto check = [&](const auto* values) {
    // Nearly always all of them are within: this loop has no branch.
    bool any = false;
    for (std::size_t row = 0; row < rows; ++row) any |= (static_cast<double>(values[row]) < least) | (static_cast<double>(values[row]) > most);
    if (!any) return;
    for_each_value_span(cells, rows, [&](std::size_t from, std::size_t to) {
      for (std::size_t row = from; row < to; ++row)
        if (is_outside(*range_, static_cast<double>(values[row]))) breaks.push_back({static_cast<std::uint32_t>(row), column_, range_});
    });
  };
  if (cells.type == ColumnType::real) check(cells.numbers.data());
  else check(cells.integers.data());
}

void ColumnCheck::check_allowed(const ColumnCells& cells, std::size_t rows, Breaks& breaks) {
  for_each_value_span(cells, rows, [&](std::size_t from, std::size_t to) {
    for (std::size_t row = from; row < to; ++row)
      if (!values_->holds(cells, row)) breaks.push_back({static_cast<std::uint32_t>(row), column_, allowed_});
  });
}

void ColumnCheck::check_pattern(const ColumnCells& cells, std::size_t rows, Breaks& breaks) {
  for_each_value_span(cells, rows, [&](std::size_t from, std::size_t to) {
    for (std::size_t row = from; row < to; ++row) {
      // Of other types a batch holds no text: the row itself will tell.
      if (cells.type != ColumnType::text || !matcher_->matches(cells.texts[row])) breaks.push_back({static_cast<std::uint32_t>(row), column_, pattern_});
    }
  });
}

void ColumnCheck::follow_runs(const RowBatch& batch, const ColumnCells& cells, Breaks& breaks) {
  std::size_t next = 0;
  for_each_value_span(cells, batch.rows, [&](std::size_t from, std::size_t to) {
    if (from > next) end_run(next, breaks);
    next = to;
    if (cells.type == ColumnType::text) follow_span(cells.texts.data(), last_text_, from, to, breaks);
    else if (cells.type == ColumnType::integer || cells.type == ColumnType::timestamp) follow_span(cells.integers.data(), last_integer_, from, to, breaks);
    else follow_span(cells.numbers.data(), last_number_, from, to, breaks);
  });
  if (next < batch.rows) end_run(next, breaks);
  if (last_text_.data() != kept_text_.data()) {
    kept_text_ = last_text_;
    last_text_ = kept_text_;
  }
}

template <class Value>
void ColumnCheck::follow_span(const Value* values, Value& last, std::size_t from, std::size_t to, Breaks& breaks) {
  for (std::size_t row = from; row < to; ++row) {
    if (run_rows_ == 0 || values[row] != last) {
      end_run(row, breaks);
      last = values[row];
      run_first_ = first_row_ + static_cast<std::int64_t>(row);
    }
    ++run_rows_;
  }
}

/// @param row  of the batch, behind the run
void ColumnCheck::end_run(std::size_t row, Breaks& breaks) {
  if (stuck_ != nullptr && run_rows_ >= stuck_->most) {
    auto message = fmt::format("the value stands still for {} rows, {} are taken as stuck", run_rows_, stuck_->most);
    breaks.push_back({static_cast<std::uint32_t>(row), column_, stuck_, message, message, BrokenRun{run_first_, run_first_ + run_rows_ - 1, run_place_}});
  }
  run_rows_ = 0;
  run_place_.reset();
}

void ColumnCheck::interrupt(Breaks& breaks) {
  ++rows_;
  end_run(0, breaks);
}

void ColumnCheck::keep_places(RowPlaces& places) {
  if (stuck_ == nullptr || run_rows_ == 0) return;
  if (!run_place_) run_place_ = places.at(run_first_, column_);
  run_place_->last_line = places.line(run_first_ + run_rows_ - 1);
}

void ColumnCheck::end(Breaks& breaks) {
  end_run(0, breaks);
  if (missing_ == nullptr || (missing_->most == 0 && !missing_->most_share)) return;
  const bool too_many =
      missing_->most_share ? static_cast<double>(missing_cells_) > *missing_->most_share * static_cast<double>(rows_) : missing_cells_ > missing_->most;
  if (too_many)
    breaks.push_back({0, column_, missing_, fmt::format("{} of {} cells hold no value", missing_cells_, rows_), {}, {}, fmt::format("{}", missing_cells_)});
}

}  // namespace iai
