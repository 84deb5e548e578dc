#include "evaluator/data/table_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "formats/delimited_cells.hpp"
#include "formats/delimited_source.hpp"

namespace iai {
namespace {

std::optional<double> number_of(const std::string& text) {
  std::int64_t integer = 0;
  double number = 0;
  if (parse_number(text, {}, integer, number) == NumberKind::none) return std::nullopt;
  return number;
}

bool is_numeric(ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; }

std::string span_text(const Rule& rule) {
  if (rule.minimum && rule.maximum) return fmt::format("{} to {}", *rule.minimum, *rule.maximum);
  return rule.minimum ? fmt::format("{} or more", *rule.minimum) : fmt::format("{} or less", *rule.maximum);
}

bool outside(const Rule& rule, double value) {
  return (rule.minimum && value < *rule.minimum) || (rule.maximum && value > *rule.maximum);
}

}  // namespace

TableState::TableState(const TableContract& table, ViolationLog& log) : contract(table) {
  for (const auto& family : contract.families) families.push_back(family->check(log));
  for (const auto& rule : contract.rules) {
    if (rule.kind == RuleKind::pattern) patterns.emplace(&rule, Pattern(rule.text));
    if (rule.kind == RuleKind::unique) keys.emplace(&rule, UniqueKeys());
    if (rule.kind != RuleKind::allowed) continue;
    texts[&rule] = {rule.allowed.begin(), rule.allowed.end()};
    for (const auto& value : rule.allowed)
      if (const auto number = number_of(value)) numbers[&rule].push_back(*number);
    std::sort(numbers[&rule].begin(), numbers[&rule].end());
  }
}

TableCheck::TableCheck(TableState& state, std::string file, std::size_t order, std::vector<Column> columns, bool has_header, ViolationLog& log)
    : state_(state), file_(std::move(file)), order_(order), columns_(std::move(columns)), log_(log) {
  ++state_.files;
  for (std::size_t c = 0; c < columns_.size(); ++c) index_.emplace(columns_[c].name, c);
  check_header(has_header);
  prepare_column_rules();
  prepare_row_rules();
}

bool TableCheck::find(const std::string& name, std::size_t& index) const {
  const auto at = index_.find(name);
  if (at != index_.end()) index = at->second;
  return at != index_.end();
}

bool TableCheck::find_all(const std::vector<std::string>& names, std::vector<std::size_t>& indexes) const {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    indexes.push_back(0);
    return find(name, indexes.back());
  });
}

void TableCheck::check_header(bool has_header) {
  for (const auto& rule : state_.contract.rules) {
    std::size_t index = 0;
    if (rule.kind == RuleKind::required && !find(rule.columns[0], index))
      report_file(rule, rule.columns[0], "", has_header ? "the column is missing" : fmt::format("the file has no header and {} columns, the contract lists {}", columns_.size(), state_.contract.columns.size()));
    // A file that tells no unit is taken at the contract's word.
    if (rule.kind == RuleKind::unit && find(rule.columns[0], index) && !columns_[index].unit.empty() && columns_[index].unit != rule.text)
      report_file(rule, rule.columns[0], columns_[index].unit, fmt::format("the unit is '{}', not '{}'", columns_[index].unit, rule.text));
    if (rule.kind != RuleKind::extra_columns) continue;
    for (const auto& column : columns_)
      if (std::none_of(state_.contract.columns.begin(), state_.contract.columns.end(), [&](const auto& known) { return known.name == column.name; }))
        report_file(rule, column.name, "", "the contract does not know this column");
  }
}

void TableCheck::prepare_column_rules() {
  std::map<std::size_t, ColumnCheck> checks;
  for (const auto& rule : state_.contract.rules) {
    std::size_t index = 0;
    if (rule.columns.size() != 1 || !find(rule.columns[0], index)) continue;
    const auto use = [&](const Rule* ColumnCheck::*member) {
      checks[index].*member = &rule;
    };
    switch (rule.kind) {
      case RuleKind::type: use(&ColumnCheck::type); break;
      case RuleKind::error_words: use(&ColumnCheck::error_words); break;
      case RuleKind::missing: use(&ColumnCheck::missing); break;
      case RuleKind::range: use(&ColumnCheck::range); break;
      case RuleKind::allowed: use(&ColumnCheck::allowed); break;
      case RuleKind::pattern: use(&ColumnCheck::pattern); break;
      case RuleKind::stuck: use(&ColumnCheck::stuck); break;
      default: break;
    }
  }
  for (auto& [index, check] : checks) {
    check.index = index;
    check.number = is_numeric(columns_[index].type);
    column_checks_.push_back(std::move(check));
  }
}

void TableCheck::prepare_row_rules() {
  for (const auto& rule : state_.contract.rules) {
    std::vector<std::size_t> columns;
    if (rule.kind == RuleKind::rows) rows_ = &rule;
    if (rule.kind == RuleKind::ragged_rows) ragged_ = &rule;
    const bool by_columns = rule.kind == RuleKind::order || rule.kind == RuleKind::sampling || rule.kind == RuleKind::unique || rule.kind == RuleKind::implies;
    if (!by_columns || !find_all(rule.columns, columns)) continue;
    if (rule.kind == RuleKind::order) orders_.push_back({&rule, columns, {}, {}, false});
    if (rule.kind == RuleKind::unique) uniques_.emplace_back(&rule, columns);
    if (rule.kind == RuleKind::sampling) {
      samplings_.push_back({&rule, columns[0]});
      samplings_.back().time = columns_[columns[0]].type == ColumnType::timestamp;
    }
    if (rule.kind != RuleKind::implies) continue;
    ImpliesCheck check{&rule, {}, {}};
    std::size_t index = 0;
    for (const auto& [name, value] : rule.when)
      if (find(name, index)) check.when.emplace_back(index, value);
    for (const auto& [name, value] : rule.any)
      if (find(name, index)) check.any.emplace_back(index, value);
    implies_.push_back(std::move(check));
  }
}

Violation TableCheck::place(const Row& row, std::size_t column) const {
  Violation violation;
  violation.file = file_;
  violation.order = order_;
  violation.column = columns_[column].name;
  violation.row = violation.last_row = row.number;
  violation.line = violation.last_line = row.line;
  violation.byte = row.cells[column].byte;
  violation.value = std::string(first_bytes(row.cells[column].text, 200));
  return violation;
}

void TableCheck::report_cell(const Rule& rule, const Row& row, std::size_t column, std::string message, std::string discreet) {
  auto violation = place(row, column);
  violation.message = std::move(message);
  violation.discreet = std::move(discreet);
  log_.report(rule, std::move(violation));
}

void TableCheck::report_file(const Rule& rule, const std::string& column, std::string value, std::string message) {
  Violation violation;
  violation.file = file_;
  violation.order = order_;
  violation.column = column;
  violation.value = std::move(value);
  violation.message = std::move(message);
  violation.discreet = violation.message;
  log_.report(rule, std::move(violation));
}

void TableCheck::check(const Row& row) {
  row_count_ = row.number;
  if (!row.fault.empty()) {
    if (ragged_ == nullptr) return;
    auto violation = place(row, 0);
    violation.column.clear();
    violation.byte = row.byte;
    violation.message = row.fault;
    return log_.report(*ragged_, std::move(violation));
  }
  if (ragged_ != nullptr && row.width != columns_.size()) {
    auto violation = place(row, 0);
    violation.column.clear();
    violation.byte = row.byte;
    violation.message = fmt::format("{} cells, the table has {} columns", row.width, columns_.size());
    violation.discreet = violation.message;
    log_.report(*ragged_, std::move(violation));
  }
  for (auto& column : column_checks_) check_cell(column, row);
  for (auto& order : orders_) check_order(order, row);
  for (auto& sampling : samplings_) check_sampling(sampling, row);
  for (const auto& implies : implies_) check_implies(implies, row);
  for (const auto& [rule, columns] : uniques_) keep_key(*rule, columns, row);
}

void TableCheck::check_cell(ColumnCheck& column, const Row& row) {
  const auto& cell = row.cells[column.index];
  if (cell.state == CellState::value) return check_value(column, row);
  if (column.stuck != nullptr) end_run(column);
  if (cell.state == CellState::missing) {
    ++column.missing_cells;
    if (column.missing != nullptr && column.missing->most == 0 && !column.missing->most_share)
      report_cell(*column.missing, row, column.index, "no value", "no value");
  } else if (cell.state == CellState::error) {
    if (column.error_words != nullptr) report_cell(*column.error_words, row, column.index, fmt::format("the logger wrote '{}' in place of a value", cell.text), "an error word in place of a value");
  } else if (column.type != nullptr) {
    report_cell(*column.type, row, column.index, fmt::format("'{}' is no {}", first_bytes(cell.text, 60), column_type_name(columns_[column.index].type)),
                "is no " + column_type_name(columns_[column.index].type));
  }
}

void TableCheck::check_value(ColumnCheck& column, const Row& row) {
  const auto& cell = row.cells[column.index];
  if (column.range != nullptr && column.number && outside(*column.range, cell.number))
    report_cell(*column.range, row, column.index, fmt::format("{} is not within {}", cell.text, span_text(*column.range)), "is not within " + span_text(*column.range));
  if (column.allowed != nullptr) {
    const auto& numbers = state_.numbers[column.allowed];
    const bool fits = column.number ? std::binary_search(numbers.begin(), numbers.end(), cell.number) : state_.texts[column.allowed].contains(std::string(cell.text));
    if (!fits) report_cell(*column.allowed, row, column.index, fmt::format("'{}' is not one of the {} allowed values", first_bytes(cell.text, 60), column.allowed->allowed.size()),
                           fmt::format("is not one of the {} allowed values", column.allowed->allowed.size()));
  }
  if (column.pattern != nullptr && !state_.patterns.at(column.pattern).matches(cell.text))
    report_cell(*column.pattern, row, column.index, fmt::format("'{}' does not match {}", first_bytes(cell.text, 60), column.pattern->text), "does not match " + column.pattern->text);
  if (column.stuck != nullptr) follow_run(column, row);
}

void TableCheck::follow_run(ColumnCheck& column, const Row& row) {
  const auto& text = row.cells[column.index].text;
  if (column.run_rows == 0 || column.last != text) {
    end_run(column);
    column.last = text;
    column.run = place(row, column.index);
  }
  ++column.run_rows;
  column.run.last_row = row.number;
  column.run.last_line = row.line;
}

void TableCheck::end_run(ColumnCheck& column) {
  if (column.run_rows >= column.stuck->most) {
    column.run.message = fmt::format("the value stands still for {} rows, {} are taken as stuck", column.run_rows, column.stuck->most);
    column.run.discreet = column.run.message;
    log_.report(*column.stuck, std::move(column.run));
  }
  column.run_rows = 0;
}

void TableCheck::check_order(OrderCheck& order, const Row& row) {
  int relation = -1;  // of the row before to this one
  for (const auto column : order.columns)
    if (row.cells[column].state != CellState::value) return;
  if (order.any) {
    relation = 0;
    for (std::size_t i = 0; i < order.columns.size() && relation == 0; ++i) {
      const auto& cell = row.cells[order.columns[i]];
      const auto type = columns_[order.columns[i]].type;
      if (type == ColumnType::timestamp) relation = order.last_times[i] < cell.integer ? -1 : order.last_times[i] > cell.integer;
      else if (type == ColumnType::text) relation = order.last[i].second.compare(cell.text);
      else relation = order.last[i].first < cell.number ? -1 : order.last[i].first > cell.number;
    }
  }
  if (relation > 0 || (relation == 0 && order.rule->strictly)) {
    auto violation = place(row, order.columns.size() == 1 ? order.columns[0] : order.columns.back());
    violation.message = relation == 0 ? "the same as in the row before" : "before the row before";
    violation.discreet = violation.message;
    log_.report(*order.rule, std::move(violation));
  }
  order.any = true;
  order.last.resize(order.columns.size());
  order.last_times.resize(order.columns.size());
  for (std::size_t i = 0; i < order.columns.size(); ++i) {
    const auto& cell = row.cells[order.columns[i]];
    order.last_times[i] = cell.integer;
    order.last[i].first = cell.number;
    if (columns_[order.columns[i]].type == ColumnType::text) order.last[i].second = cell.text;
  }
}

void TableCheck::check_sampling(SamplingCheck& sampling, const Row& row) {
  const auto& cell = row.cells[sampling.column];
  ++sampling.rows;
  if (cell.state != CellState::value) return;
  const Rule& rule = *sampling.rule;
  if (sampling.any) {
    const double elapsed = sampling.time ? static_cast<double>(cell.integer - sampling.last_time) : cell.number - sampling.last;
    const double unit = sampling.time ? 1e-6 : 1;
    const char* suffix = sampling.time ? " ms" : "";
    const auto rows = static_cast<double>(sampling.rows);
    const double periods = std::round(elapsed / rule.period);
    if (elapsed <= 0) {
      report_cell(rule, row, sampling.column, elapsed == 0 ? "the same time as the row before" : fmt::format("{:.9g}{} before the row before", -elapsed * unit, suffix));
      // A repeated time leaves the clock as it was: the next row is held against the last one that moved on.
      if (elapsed == 0) return;
    } else if (std::abs(elapsed - rows * rule.period) > rule.tolerance) {
      const bool whole = periods > rows && std::abs(elapsed - periods * rule.period) <= rule.tolerance;
      if (!whole || !rule.gaps_allowed)
        report_cell(rule, row, sampling.column,
                    whole ? fmt::format("gap: {:.9g}{} after the row before, {:.0f} {} missing", elapsed * unit, suffix, periods - rows, periods - rows > 1 ? "rows are" : "row is")
                          : fmt::format("{:.9g}{} after the row before, the period is {:.9g}{}", elapsed * unit, suffix, rule.period * unit, suffix));
    }
  }
  sampling.any = true;
  sampling.rows = 0;
  sampling.last_time = cell.integer;
  sampling.last = cell.number;
}

bool TableCheck::holds(const std::pair<std::size_t, std::string>& condition, const Row& row) const {
  const auto& cell = row.cells[condition.first];
  if (cell.state != CellState::value) return false;
  if (cell.text == condition.second) return true;
  const auto number = is_numeric(columns_[condition.first].type) ? number_of(condition.second) : std::nullopt;
  return number && *number == cell.number;
}

void TableCheck::check_implies(const ImpliesCheck& implies, const Row& row) {
  const auto met = [&](const auto& condition) { return holds(condition, row); };
  if (!std::all_of(implies.when.begin(), implies.when.end(), met) || std::any_of(implies.any.begin(), implies.any.end(), met)) return;
  std::string wanted;
  for (const auto& [name, value] : implies.rule->any) wanted += (wanted.empty() ? "" : " or ") + name + " = " + value;
  report_cell(*implies.rule, row, implies.when[0].first, "without " + wanted);
}

void TableCheck::keep_key(const Rule& rule, const std::vector<std::size_t>& columns, const Row& row) {
  std::string text, shown;
  for (const auto column : columns) {
    if (row.cells[column].state == CellState::missing) return;  // no value repeats no value
    text += fmt::format("{}:", row.cells[column].text.size());
    text += row.cells[column].text;
    shown += (shown.empty() ? "" : ", ") + std::string(first_bytes(row.cells[column].text, 40));
  }
  UniqueKey key;
  if (!rule.whole_table) text += fmt::format("\n{}", order_);
  key.hash = hash128(text);
  key.file = static_cast<std::uint32_t>(order_);
  key.row = row.number;
  key.line = row.line;
  key.byte = row.cells[columns[0]].byte;
  const auto kept = first_bytes(shown, sizeof key.text - 1);
  std::memcpy(key.text, kept.data(), kept.size());
  state_.keys.at(&rule).add(key);
}

void TableCheck::end() {
  for (auto& column : column_checks_) {
    if (column.stuck != nullptr) end_run(column);
    if (column.missing == nullptr || (column.missing->most == 0 && !column.missing->most_share)) continue;
    const bool too_many = column.missing->most_share ? static_cast<double>(column.missing_cells) > *column.missing->most_share * static_cast<double>(row_count_)
                                                     : column.missing_cells > column.missing->most;
    if (too_many) report_file(*column.missing, columns_[column.index].name, fmt::format("{}", column.missing_cells), fmt::format("{} of {} cells hold no value", column.missing_cells, row_count_));
  }
  if (rows_ != nullptr && outside(*rows_, static_cast<double>(row_count_)))
    report_file(*rows_, "", fmt::format("{}", row_count_), fmt::format("{} rows, not {}", row_count_, span_text(*rows_)));
  log_.end_file();
}

}  // namespace iai
