#include "evaluator/task/column_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "evaluator/task/label_file.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// As numbers where both are, else by their bytes.
bool key_before(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    double left = 0, right = 0;
    const auto number = [](const std::string& text, double& value) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      return error == std::errc{} && end == text.data() + text.size();
    };
    const bool is_left = number(a[i], left), is_right = number(b[i], right);
    if (is_left != is_right) return is_left;  // numbers first
    if (is_left && left != right) return left < right;
    return a[i] < b[i];
  }
  return a.size() < b.size();
}

/// One feature in one table.
struct BoundFeature {
  std::size_t column;
  const Feature* feature;
  const ValidRange* valid;
  std::vector<std::string> categories;  ///< all that the task names for the column

  double value(const Table& table, const Row& row) const {
    const Cell& cell = row.cells[column];
    const ColumnType type = table.type(column);
    if (feature->category) {
      const std::string key = cell_key(cell, type);
      if (cell.state == CellState::missing || std::find(categories.begin(), categories.end(), key) == categories.end()) return nan_value;
      return key == *feature->category ? 1 : 0;
    }
    if (cell.state == CellState::value && (type == ColumnType::text || type == ColumnType::timestamp)) {
      throw Error(ErrorKind::input,
                  fmt::format("{}:{}: column '{}' holds {}: '{}'", table.file(), row.line, feature->column, column_type_name(type), cell.text),
                  "name its values with 'one_hot', or leave the column out");
    }
    if (!is_number_cell(cell, type)) return nan_value;
    if (valid != nullptr && (cell.number < valid->minimum || cell.number > valid->maximum)) return nan_value;
    return (cell.number - feature->offset) / feature->divisor;
  }
};

/// A column, or the file's name.
struct KeyColumn {
  std::optional<std::size_t> column;
  KeyColumn(const Table& table, const std::string& name) {
    if (name != "file" || table.has(name)) column = table.column(name);
  }
  std::string key(const Table& table, const Row& row) const { return column ? cell_key(row.cells[*column], table.type(*column)) : table.name(); }
};

std::optional<std::size_t> find_in(const Table& table, const std::string& name) { return name.empty() ? std::nullopt : std::optional(table.column(name)); }

}  // namespace

double NameTable::number(const std::string& name) {
  const auto [at, is_new] = numbers_.try_emplace(name, names_.size());
  if (is_new) names_.push_back(&at->first);
  return static_cast<double>(at->second);
}

/// The columns of one table that a task uses.
class ColumnRows::TableRows {
 public:
  TableRows(const TaskSplit& split, const Table& table) : filter(split.where, table) {
    for (const InputSource& input : split.inputs) {
      for (const Feature& feature : input.features) features.push_back(bind(split, input, feature, table));
    }
    const LabelSource labels = split.labels.value_or(LabelSource{});
    if (labels.files.empty()) label = find_in(table, labels.column);
    countdown = find_in(table, labels.countdown);
    if (!labels.key.empty()) label_key.emplace(table, labels.key);
    if (split.groups) group.emplace(table, split.groups->source.column);
    for (const GroupSource& slice : split.slices) slices.emplace_back(table, slice.source.column);
    if (split.select) select.emplace(table, split.select->key);
    if (!split.windows) return;
    order = find_in(table, split.windows->order);
    for (const std::string& name : split.windows->by) by.emplace_back(table, name);
  }

  RowFilter filter;
  std::vector<BoundFeature> features;
  std::optional<std::size_t> order, label, countdown;
  std::optional<KeyColumn> label_key, group, select;
  std::vector<KeyColumn> by, slices;

 private:
  static BoundFeature bind(const TaskSplit& split, const InputSource& input, const Feature& feature, const Table& table) {
    BoundFeature bound{table.column(feature.column), &feature, nullptr, {}};
    for (const ValidRange& range : split.valid) {
      if (range.column == feature.column) bound.valid = &range;
    }
    for (const Feature& other : input.features) {
      if (other.column == feature.column && other.category) bound.categories.push_back(*other.category);
    }
    return bound;
  }
};

ColumnRows::ColumnRows(const Task& task, const TaskSplit& split) : task_(task), split_(split), slices_(split.slices.size()) {
  for (const InputSource& input : split.inputs) features_ += input.features.size();
  spool_ = std::make_unique<RowSpool>(features_ + 7 + slices_.size());
  if (split.labels && !split.labels->key.empty()) joined_.emplace(*split.labels, task.classes);
  if (split.select) selected_.emplace(*split.select);
  for_each_data_table(split.data, split.exclude, split.columns, [&](const Table& table, RowReader& rows) { read_table(table, rows); });
  spool_->finish();
  if (spool_->rows() == 0) {
    throw Error(ErrorKind::input, fmt::format("{}: no row is left for the task", split.data.front().string()),
                "check 'where', 'select' and 'exclude' of the task");
  }
  if (selected_ && taken_.size() < selected_->size()) {
    throw Error(ErrorKind::input,
                fmt::format("{}: {} of its {} keys are not in the data", split.select->file.string(), selected_->size() - taken_.size(), selected_->size()),
                fmt::format("check the column '{}' of the data", split.select->key));
  }
  sort_units();
  arrange();
}

void ColumnRows::read_table(const Table& table, RowReader& rows) {
  const TableRows bound(split_, table);
  files_.push_back(table.name());
  std::vector<double> numbers(features_ + 7 + slices_.size());
  std::vector<std::string> key(bound.by.size());
  double order = -std::numeric_limits<double>::infinity();
  while (const Row* row = rows.next()) {
    if (!bound.filter.takes(*row)) continue;
    const double* place = nullptr;
    if (bound.select && (place = selected_->find(bound.select->key(table, *row))) == nullptr) continue;
    if (place != nullptr) taken_.insert(place);
    for (std::size_t i = 0; i < features_; ++i) numbers[i] = bound.features[i].value(table, *row);
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = bound.by[i].key(table, *row);
    const auto where = [&] { return fmt::format("{}:{}", table.file(), row->line); };
    if (bound.order) {
      const double known = order_of(table, row->cells[*bound.order], nan_value);
      if (std::isnan(known)) numbers[0] = nan_value;  // the row keeps its place behind the one before, but cannot be used
      else order = known;
    }
    double label = nan_value;
    if (bound.label_key) {
      if (const double* joined = joined_->find(bound.label_key->key(table, *row))) label = *joined;
    } else if (bound.label) {
      const Cell& cell = row->cells[*bound.label];
      const bool missing = cell.state == CellState::missing || cell.state == CellState::error;
      if (!missing) label = label_of(cell, table.type(*bound.label), task_.classes, where());
    }
    double* more = numbers.data() + features_;
    more[0] = order;
    more[1] = label;
    more[2] = bound.countdown && is_number_cell(row->cells[*bound.countdown], table.type(*bound.countdown)) ? row->cells[*bound.countdown].number : nan_value;
    more[3] = place != nullptr ? *place : 0;
    more[5] = static_cast<double>(files_.size() - 1);
    more[6] = static_cast<double>(row->line);
    more[4] = bound.group ? groups_.number(bound.group->key(table, *row)) : 0;
    for (std::size_t i = 0; i < slices_.size(); ++i) more[7 + i] = slices_[i].number(bound.slices[i].key(table, *row));
    add_to_unit(key, order);
    spool_->append(numbers);
  }
}

double ColumnRows::order_of(const Table& table, const Cell& cell, double before) {
  const std::size_t column = table.column(split_.windows->order);
  if (table.type(column) == ColumnType::timestamp && cell.state == CellState::value) {
    // From the first time met, so that nanoseconds stay exact in a double for a hundred days.
    if (!base_time_) base_time_ = cell.integer;
    return static_cast<double>(cell.integer - *base_time_);
  }
  return is_number_cell(cell, table.type(column)) ? cell.number : before;
}

ColumnRows::Unit& ColumnRows::unit_of(const std::vector<std::string>& key) {
  std::string whole;
  for (const std::string& part : key) whole += part + '\x1f';
  const auto [at, is_new] = unit_numbers_.try_emplace(whole, found_.size());
  if (is_new) found_.push_back({key, {}});
  return found_[at->second];
}

void ColumnRows::add_to_unit(const std::vector<std::string>& key, double order) {
  std::vector<Segment>& segments = unit_of(key).segments;
  const std::size_t file = files_.size() - 1;
  if (segments.empty() || segments.back().file != file || segments.back().first + segments.back().count != spool_->rows()) {
    segments.push_back({file, spool_->rows(), 0, order, order, true});
  }
  Segment& segment = segments.back();
  if (order < segment.last_order) segment.ascending = false;
  segment.last_order = order;
  ++segment.count;
}

void ColumnRows::sort_units() {
  std::sort(found_.begin(), found_.end(), [](const Unit& a, const Unit& b) { return key_before(a.key, b.key); });
  unit_numbers_.clear();
}

/// By file name. @returns whether the unit's rows are then in order.
bool ColumnRows::sort_segments(Unit& unit) const {
  std::stable_sort(unit.segments.begin(), unit.segments.end(), [&](const Segment& a, const Segment& b) { return files_[a.file] < files_[b.file]; });
  for (std::size_t i = 0; i < unit.segments.size(); ++i) {
    if (!unit.segments[i].ascending || (i > 0 && unit.segments[i].first_order < unit.segments[i - 1].last_order)) return false;
  }
  return true;
}

void ColumnRows::arrange() {
  std::vector<bool> in_order;
  bool as_found = true;
  std::int64_t next = 0;
  for (Unit& unit : found_) {
    in_order.push_back(sort_segments(unit));
    as_found = as_found && in_order.back();
    UnitRows rows{unit.key, next, 0};
    for (const Segment& segment : unit.segments) {
      as_found = as_found && segment.first == next;
      next += segment.count;
      rows.count += segment.count;
    }
    units_.push_back(std::move(rows));
  }
  if (as_found) return;
  positions_.reserve(static_cast<std::size_t>(next));
  for (std::size_t u = 0; u < found_.size(); ++u) {
    const auto begin = static_cast<std::ptrdiff_t>(positions_.size());
    for (const Segment& segment : found_[u].segments) {
      for (std::int64_t i = 0; i < segment.count; ++i) positions_.push_back(segment.first + i);
    }
    if (in_order[u]) continue;
    std::stable_sort(positions_.begin() + begin, positions_.end(),
                     [&](std::int64_t a, std::int64_t b) { return order(spool_->row(a)) < order(spool_->row(b)); });
  }
}

}  // namespace iai
