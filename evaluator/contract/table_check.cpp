#include "evaluator/contract/table_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "formats/parallel.hpp"

namespace iai {
namespace {

constexpr std::size_t rows_worth_threads = 256;

bool is_about_cells(RuleKind kind) {
  switch (kind) {
    case RuleKind::type:
    case RuleKind::error_words:
    case RuleKind::missing:
    case RuleKind::range:
    case RuleKind::allowed:
    case RuleKind::pattern:
    case RuleKind::stuck: return true;
    default: return false;
  }
}

template <class Map>
auto* find_or_null(Map& map, const Rule* rule) {
  const auto at = map.find(rule);
  return at == map.end() ? nullptr : &at->second;
}

}  // namespace

TableState::TableState(const TableContract& table, ViolationLog& log) : contract(table) {
  for (const auto& family : contract.families) families.push_back(family->check(log));
  for (const auto& rule : contract.rules) {
    if (rule.kind == RuleKind::pattern) patterns.emplace(&rule, Pattern(rule.text));
    if (rule.kind == RuleKind::unique) keys.try_emplace(&rule);
    if (rule.kind == RuleKind::allowed) allowed.emplace(&rule, AllowedValues(rule.allowed));
  }
}

std::map<std::string, std::size_t> column_places(std::span<const Column> columns) {
  std::map<std::string, std::size_t> places;
  for (std::size_t c = 0; c < columns.size(); ++c) places.emplace(columns[c].name, c);
  return places;
}

std::optional<std::vector<std::size_t>> places_of(const std::vector<std::string>& names, const std::map<std::string, std::size_t>& places) {
  std::vector<std::size_t> found;
  for (const auto& name : names) {
    const auto at = places.find(name);
    if (at == places.end()) return std::nullopt;
    found.push_back(at->second);
  }
  return found;
}

/// The rows of the batches at hand, read again where they are asked for.
class TableCheck::Places : public RowPlaces {
 public:
  Places(const TableCheck& table, std::span<const RowBatch> batches, const RowOf& row_of) : table_(table), batches_(batches), row_of_(row_of) {}

  const Row& row(const RowBatch& batch, std::size_t row) { return row_of_(batch, row); }
  Violation at(std::int64_t number, std::size_t column) override {
    const auto& batch = batch_of(number);
    return at(row_of_(batch, static_cast<std::size_t>(number - batch.first_row)), column);
  }
  Violation at(const Row& row, std::size_t column) const {
    const auto& cell = row.cells[column];
    return violation_at(table_.file_, table_.file_.columns[column].name, row, cell.byte, cell.text);
  }
  std::int64_t line(std::int64_t number) override {
    const auto& batch = batch_of(number);
    return batch.first_line + batch.lines[static_cast<std::size_t>(number - batch.first_row)];
  }
  bool holds(std::int64_t number) const { return number >= batches_.front().first_row; }

 private:
  const RowBatch& batch_of(std::int64_t number) const {
    return *(std::upper_bound(batches_.begin(), batches_.end(), number, [](std::int64_t row, const RowBatch& batch) { return row < batch.first_row; }) - 1);
  }
  const TableCheck& table_;
  std::span<const RowBatch> batches_;
  const RowOf& row_of_;
};

TableCheck::TableCheck(TableState& state, const CheckedFile& file, bool has_header, ViolationLog& log)
    : state_(state), file_(file), log_(log), places_(column_places(file.columns)) {
  ++state_.files;
  check_header(has_header);
  prepare_column_checks();
  prepare_row_checks();
  breaks_.resize(checks_.size());
}

void TableCheck::check_header(bool has_header) {
  for (const auto& rule : state_.contract.rules) {
    const auto at = rule.columns.empty() ? places_.end() : places_.find(rule.columns[0]);
    if (rule.kind == RuleKind::required && at == places_.end())
      report_file(rule, rule.columns[0], "",
                  has_header
                      ? "the column is missing"
                      : fmt::format("the file has no header and {} columns, the contract lists {}", file_.columns.size(), state_.contract.columns.size()));
    // A file that tells no unit is taken at the contract's word.
    if (rule.kind == RuleKind::unit && at != places_.end() && !file_.columns[at->second].unit.empty() && file_.columns[at->second].unit != rule.text)
      report_file(rule, rule.columns[0], file_.columns[at->second].unit, fmt::format("the unit is '{}', not '{}'", file_.columns[at->second].unit, rule.text));
    if (rule.kind != RuleKind::extra_columns) continue;
    for (const auto& column : file_.columns)
      if (std::none_of(state_.contract.columns.begin(), state_.contract.columns.end(), [&](const auto& known) { return known.name == column.name; }))
        report_file(rule, column.name, "", "the contract does not know this column");
  }
}

void TableCheck::prepare_column_checks() {
  std::map<std::size_t, std::vector<const Rule*>> by_column;
  for (const auto& rule : state_.contract.rules) {
    if (!is_about_cells(rule.kind)) continue;
    const auto at = places_.find(rule.columns[0]);
    if (at != places_.end()) by_column[at->second].push_back(&rule);
  }
  for (auto& [column, rules] : by_column) {
    Pattern* pattern = nullptr;
    AllowedValues* allowed = nullptr;
    for (const Rule* rule : rules) {
      if (rule->kind == RuleKind::pattern) pattern = find_or_null(state_.patterns, rule);
      if (rule->kind == RuleKind::allowed) allowed = find_or_null(state_.allowed, rule);
    }
    checks_.push_back(std::make_unique<ColumnCheck>(column, std::move(rules), pattern, allowed));
  }
}

void TableCheck::prepare_row_checks() {
  for (const auto& rule : state_.contract.rules) {
    if (rule.kind == RuleKind::rows) rows_ = &rule;
    if (rule.kind == RuleKind::ragged_rows) ragged_ = &rule;
    const bool by_columns = rule.kind == RuleKind::order || rule.kind == RuleKind::sampling || rule.kind == RuleKind::unique || rule.kind == RuleKind::implies;
    const auto columns = by_columns ? places_of(rule.columns, places_) : std::nullopt;
    if (!columns) continue;
    if (rule.kind == RuleKind::order) checks_.push_back(std::make_unique<OrderCheck>(rule, *columns));
    if (rule.kind == RuleKind::sampling) checks_.push_back(std::make_unique<SamplingCheck>(rule, columns->front()));
    if (rule.kind == RuleKind::implies) checks_.push_back(std::make_unique<ImpliesCheck>(rule, places_));
    if (rule.kind == RuleKind::unique) checks_.push_back(std::make_unique<UniqueCheck>(state_.keys.at(&rule), KeyHasher(rule, *columns, file_.order)));
  }
}

void TableCheck::check(std::span<const RowBatch> batches, const RowOf& row_of) {
  if (batches.empty()) return;
  std::size_t rows = 0;
  for (const auto& batch : batches) rows += batch.rows;
  const auto judge = [&](std::size_t c) {
    breaks_[c].resize(std::max(breaks_[c].size(), batches.size()));
    for (std::size_t b = 0; b < batches.size(); ++b) {
      if (batches[b].fault.empty()) checks_[c]->check(batches[b], breaks_[c][b]);
      else checks_[c]->interrupt(breaks_[c][b]);
    }
  };
  if (rows < rows_worth_threads)
    for (std::size_t c = 0; c < checks_.size(); ++c) judge(c);
  else parallel_for(checks_.size(), judge);
  Places places(*this, batches, row_of);
  std::vector<Breaks*> of_batch;
  for (std::size_t b = 0; b < batches.size(); ++b) {
    of_batch.clear();
    for (auto& breaks : breaks_) of_batch.push_back(&breaks[b]);
    tell_batch(batches[b], of_batch, places);
  }
  for (const auto& check : checks_) check->keep_places(places);
  row_count_ = batches.back().first_row + static_cast<std::int64_t>(batches.back().rows) - 1;
}

/// Row by row, and within a row in the order of the checks.
void TableCheck::tell_batch(const RowBatch& batch, std::span<Breaks*> breaks, Places& places) {
  Breaks all;
  if (ragged_ != nullptr) {
    for (const auto row : batch.ragged) all.push_back({row, 0, ragged_});
    if (!batch.fault.empty()) all.push_back({0, 0, ragged_});
  }
  for (auto* of_check : breaks) {
    std::move(of_check->begin(), of_check->end(), std::back_inserter(all));
    of_check->clear();
  }
  std::stable_sort(all.begin(), all.end(), [](const RuleBreak& a, const RuleBreak& b) { return a.row < b.row; });
  for (auto& found : all) {
    if (found.rule == ragged_) tell_ragged(batch, found.row, places);
    else tell(batch, found, places);
  }
}

void TableCheck::tell_ragged(const RowBatch& batch, std::size_t number, Places& places) {
  const auto& row = places.row(batch, number);
  auto violation = places.at(row, 0);
  violation.column.clear();
  violation.byte = row.byte;
  violation.message = row.fault.empty() ? fmt::format("{} cells, the table has {} columns", row.width, file_.columns.size()) : row.fault;
  if (row.fault.empty()) violation.discreet = violation.message;
  log_.report(*ragged_, std::move(violation));
}

void TableCheck::tell(const RowBatch& batch, RuleBreak& found, Places& places) {
  if (found.run) {
    auto& run = *found.run;
    auto violation = run.place ? std::move(*run.place) : places.at(run.first_row, found.column);
    violation.last_row = run.last_row;
    if (places.holds(run.last_row)) violation.last_line = places.line(run.last_row);
    violation.message = std::move(found.message);
    violation.discreet = std::move(found.discreet);
    return log_.report(*found.rule, std::move(violation));
  }
  const auto& row = places.row(batch, found.row);
  const auto& cell = row.cells[found.column];
  // What a batch does not hold as text is judged here.
  if (found.rule->kind == RuleKind::pattern && state_.patterns.at(found.rule).matches(cell.text)) return;
  auto violation = places.at(row, found.column);
  auto told = found.message.empty() ? cell_message(*found.rule, cell, batch.columns[found.column].type)
                                    : CellMessage{std::move(found.message), std::move(found.discreet)};
  violation.message = std::move(told.text);
  violation.discreet = std::move(told.discreet);
  log_.report(*found.rule, std::move(violation));
}

void TableCheck::report_file(const Rule& rule, const std::string& column, std::string value, std::string message) {
  Violation violation;
  violation.file = file_.name;
  violation.order = file_.order;
  violation.column = column;
  violation.value = std::move(value);
  violation.message = std::move(message);
  violation.discreet = violation.message;
  log_.report(rule, std::move(violation));
}

void TableCheck::end() {
  Breaks last;
  for (auto& check : checks_) check->end(last);
  for (auto& found : last) {
    if (!found.run) {
      report_file(*found.rule, file_.columns[found.column].name, found.value, found.message);
      continue;
    }
    auto violation = std::move(*found.run->place);  // kept with the last batches
    violation.last_row = found.run->last_row;
    violation.message = found.message;
    violation.discreet = found.discreet;
    log_.report(*found.rule, std::move(violation));
  }
  if (rows_ != nullptr && is_outside(*rows_, static_cast<double>(row_count_)))
    report_file(*rows_, "", fmt::format("{}", row_count_), fmt::format("{} rows, not {}", row_count_, span_text(*rows_)));
  log_.end_file();
}

}  // namespace iai
