#include "evaluator/contract/row_checks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/profile/sketches.hpp"

namespace iai {
namespace {

bool counts_in_integers(ColumnType type) { return type == ColumnType::timestamp || type == ColumnType::integer; }

int compare(double a, double b) { return a < b ? -1 : a > b; }
int compare(std::int64_t a, std::int64_t b) { return a < b ? -1 : a > b; }

/// Equal numbers have equal hashes, whether their column holds integers or reals.
std::uint64_t number_hash(double number) { return hash_bits(std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number)); }

std::uint64_t integer_hash(std::int64_t integer) {
  const double number = static_cast<double>(integer);
  const bool exact = std::abs(number) <= 0x1p53;
  return exact ? number_hash(number) : hash_bits(static_cast<std::uint64_t>(integer) ^ 0x5555'5555'5555'5555);
}

}  // namespace

/// Of the row before to this one: negative when it comes before.
int OrderCheck::relation(const RowBatch& batch, std::size_t row) const {
  int relation = 0;
  for (std::size_t i = 0; i < columns_.size() && relation == 0; ++i) {
    const auto& cells = batch.columns[columns_[i]];
    if (counts_in_integers(cells.type)) relation = compare(last_[i].integer, cells.integers[row]);
    else if (cells.type == ColumnType::text) relation = last_[i].text.compare(cells.texts[row]);
    else relation = compare(last_[i].number, cells.numbers[row]);
  }
  return relation;
}

void OrderCheck::check(const RowBatch& batch, std::vector<RuleBreak>& breaks) {
  std::vector<CellWalk> walks;
  for (const auto column : columns_) walks.emplace_back(batch.columns[column]);
  for (std::size_t row = 0; row < batch.rows; ++row) {
    if (!std::all_of(walks.begin(), walks.end(), [&](CellWalk& walk) { return walk.has_value(row); })) continue;
    const int before = any_ ? relation(batch, row) : -1;
    if (before > 0 || (before == 0 && rule_.strictly)) {
      const std::string message = before == 0 ? "the same as in the row before" : "before the row before";
      breaks.push_back({static_cast<std::uint32_t>(row), columns_.back(), &rule_, message, message});
    }
    any_ = true;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto& cells = batch.columns[columns_[i]];
      if (counts_in_integers(cells.type)) last_[i].integer = cells.integers[row];
      else if (cells.type == ColumnType::text) last_[i].text = cells.texts[row];
      else last_[i].number = cells.numbers[row];
    }
  }
}

void SamplingCheck::check(const RowBatch& batch, std::vector<RuleBreak>& breaks) {
  const auto& cells = batch.columns[column_];
  const bool time = cells.type == ColumnType::timestamp;
  if (!time && !is_numeric(cells.type)) {
    rows_ += static_cast<std::int64_t>(batch.rows);
    return;
  }
  CellWalk walk(cells);
  for (std::size_t row = 0; row < batch.rows; ++row) {
    ++rows_;
    if (!walk.has_value(row)) continue;
    const double number = time ? 0 : cells.type == ColumnType::real ? cells.numbers[row] : static_cast<double>(cells.integers[row]);
    const std::int64_t moment = time ? cells.integers[row] : 0;
    if (any_) {
      const double elapsed = time ? static_cast<double>(moment - last_time_) : number - last_;
      if (auto fault = judge(elapsed, time)) {
        fault->row = static_cast<std::uint32_t>(row);
        breaks.push_back(std::move(*fault));
      }
      // A repeated time leaves the clock as it was: the next row is held against the last one that moved on.
      if (elapsed == 0) continue;
    }
    any_ = true;
    rows_ = 0;
    last_time_ = moment;
    last_ = number;
  }
}

std::optional<RuleBreak> SamplingCheck::judge(double elapsed, bool time) const {
  const double unit = time ? 1e-6 : 1;
  const char* suffix = time ? " ms" : "";
  const auto rows = static_cast<double>(rows_);
  if (elapsed <= 0) {
    const auto text = elapsed == 0 ? "the same time as the row before" : fmt::format("{:.9g}{} before the row before", -elapsed * unit, suffix);
    return RuleBreak{0, column_, &rule_, text};
  }
  if (std::abs(elapsed - rows * rule_.period) <= rule_.tolerance) return std::nullopt;
  const double periods = std::round(elapsed / rule_.period);
  const bool whole = periods > rows && std::abs(elapsed - periods * rule_.period) <= rule_.tolerance;
  if (whole && rule_.gaps_allowed) return std::nullopt;
  const auto text = whole ? fmt::format("gap: {:.9g}{} after the row before, {:.0f} {} missing", elapsed * unit, suffix, periods - rows,
                                        periods - rows > 1 ? "rows are" : "row is")
                          : fmt::format("{:.9g}{} after the row before, the period is {:.9g}{}", elapsed * unit, suffix, rule_.period * unit, suffix);
  return RuleBreak{0, column_, &rule_, text};
}

ImpliesCheck::ImpliesCheck(const Rule& rule, const std::map<std::string, std::size_t>& columns)
    : rule_(rule), when_(bind(rule.when, columns)), any_(bind(rule.any, columns)) {
  for (const auto& [name, value] : rule.any) message_ += (message_.empty() ? "without " : " or ") + name + " = " + value;
}

std::vector<ImpliesCheck::Condition> ImpliesCheck::bind(const std::vector<std::pair<std::string, std::string>>& conditions,
                                                        const std::map<std::string, std::size_t>& columns) {
  std::vector<Condition> bound;
  for (const auto& [name, value] : conditions)
    if (const auto at = columns.find(name); at != columns.end()) bound.push_back({at->second, AllowedValues({value})});
  return bound;
}

void ImpliesCheck::check(const RowBatch& batch, std::vector<RuleBreak>& breaks) {
  std::vector<CellWalk> when, any;
  for (const auto& condition : when_) when.emplace_back(batch.columns[condition.column]);
  for (const auto& condition : any_) any.emplace_back(batch.columns[condition.column]);
  const auto met = [](Condition& condition, CellWalk& walk, std::size_t row) { return walk.has_value(row) && condition.values.holds(walk.cells(), row); };
  for (std::size_t row = 0; row < batch.rows; ++row) {
    bool broken = true;
    for (std::size_t i = 0; i < when.size() && broken; ++i) broken = met(when_[i], when[i], row);
    for (std::size_t i = 0; i < any.size() && broken; ++i) broken = !met(any_[i], any[i], row);
    if (broken) breaks.push_back({static_cast<std::uint32_t>(row), when_[0].column, &rule_, message_});
  }
}

void KeyHasher::hash(const RowBatch& batch) {
  hashes_.assign(batch.rows, salt_);
  missing_.assign(batch.rows, 0);
  for (const auto column : columns_) mix(batch.columns[column], batch.rows);
}

void KeyHasher::mix(const ColumnCells& cells, std::size_t rows) {
  const auto add = [&](std::size_t row, std::uint64_t hash) { hashes_[row] = hashes_[row] * 0x9E37'79B9'7F4A'7C15 + hash; };
  const auto add_span = [&](std::size_t from, std::size_t to, const auto& hash_of) {
    for (std::size_t row = from; row < to; ++row) add(row, hash_of(row));
  };
  for_each_value_span(cells, rows, [&](std::size_t from, std::size_t to) {
    if (cells.type == ColumnType::text) add_span(from, to, [&](std::size_t row) { return hash_text(cells.texts[row]); });
    else if (counts_in_integers(cells.type)) add_span(from, to, [&](std::size_t row) { return integer_hash(cells.integers[row]); });
    else add_span(from, to, [&](std::size_t row) { return number_hash(cells.numbers[row]); });
  });
  std::size_t next = 0;
  const auto pass_empty = [&](std::size_t to) {
    for (; cells.type == ColumnType::empty && next < to; ++next) missing_[next] = 1;
  };
  for (const auto& exception : cells.exceptions) {
    pass_empty(exception.row);
    next = exception.row + 1;
    if (exception.state == CellState::missing) missing_[exception.row] = 1;
    else add(exception.row, hash_text(exception.text));
  }
  pass_empty(rows);
}

void UniqueCheck::check(const RowBatch& batch, std::vector<RuleBreak>&) {
  found_.clear();
  hasher_.for_each(batch, [&](std::size_t, std::uint64_t hash) { found_.push_back(hash); });
  state_.hashes.add(found_);
}

}  // namespace iai
