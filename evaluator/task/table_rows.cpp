#include "evaluator/task/table_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fnmatch.h>

#include "evaluator/data/data_set.hpp"
#include "evaluator/task/label_file.hpp"
#include "formats/archive.hpp"
#include "formats/error.hpp"
#include "formats/json_lines.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

bool is_excluded(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return fnmatch(pattern.c_str(), name.c_str(), 0) == 0; });
}

/// A value of a task file in the form of cell_key().
std::string value_key(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(number) ? shortest_text(number) : text;
}

void add_key(std::unordered_map<std::string, double>& values, const fs::path& file, const Row& row, const Cell& key, ColumnType type, double value) {
  if (key.state == CellState::missing)
    throw Error(ErrorKind::input, fmt::format("{}:{}: the key is missing", file.string(), row.line), "remove the row, or give it a key");
  if (!values.emplace(cell_key(key, type), value).second) {
    throw Error(ErrorKind::input, fmt::format("{}:{}: the key '{}' comes twice", file.string(), row.line, key.text), "every key needs one row");
  }
}

}  // namespace

Table::Table(std::string file, std::string name, const RowReader& reader, const std::vector<std::string>& columns)
    : file_(std::move(file)), name_(std::move(name)), reader_(reader), names_(columns) {
  if (names_.empty()) {
    for (const Column& column : reader.columns()) names_.push_back(column.name);
  } else if (names_.size() != reader.columns().size()) {
    throw Error(ErrorKind::input, fmt::format("{}: has {} columns, the task names {}", file_, reader.columns().size(), names_.size()),
                "name every column, in the order of the file");
  }
}

bool Table::has(const std::string& name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

std::size_t Table::column(const std::string& name) const {
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at != names_.end()) return static_cast<std::size_t>(at - names_.begin());
  throw Error(ErrorKind::input, fmt::format("{}: has no column '{}'", file_, name),
              did_you_mean(name, names_, fmt::format("its columns are {}", fmt::join(names_, ", "))));
}

void for_each_data_table(const std::vector<fs::path>& data, const std::vector<std::string>& exclude, const std::vector<std::string>& names,
                         const std::function<void(const Table& table, RowReader& rows)>& visit) {
  for (const fs::path& path : data) {
    if (is_data_set(path)) {
      for_each_table(read_data_set(path), [&](const DataFile& file, RowReader& rows) {
        if (!is_excluded(file.name, exclude)) visit(Table(file.name, file.name, rows, names), rows);
      });
      continue;
    }
    for (const ListedFile& listed : list_files({path})) {
      for_each_entry(listed, {}, [&](const std::string& name, ByteStream& stream) {
        if (is_excluded(name, exclude)) return;
        const std::string place = listed.path.string() + name.substr(listed.name.size());
        const auto rows = open_rows(stream, place);
        visit(Table(place, name, *rows, names), *rows);
      });
    }
  }
}

bool is_number_cell(const Cell& cell, ColumnType type) {
  return cell.state == CellState::value && (type == ColumnType::integer || type == ColumnType::real || type == ColumnType::boolean) &&
         std::isfinite(cell.number);
}

std::string cell_key(const Cell& cell, ColumnType type) {
  if (type == ColumnType::integer && cell.state == CellState::value) return std::to_string(cell.integer);
  return is_number_cell(cell, type) ? shortest_text(cell.number) : std::string(cell.text);
}

RowFilter::RowFilter(const std::vector<RowCondition>& conditions, const Table& table) : table_(table) {
  for (const RowCondition& condition : conditions) {
    Bound bound{table.column(condition.column), &condition, {}};
    for (const std::string& value : condition.values) bound.keys.push_back(value_key(value));
    bound_.push_back(std::move(bound));
  }
}

bool RowFilter::takes(const Row& row) const {
  return std::all_of(bound_.begin(), bound_.end(), [&](const Bound& bound) {
    const Cell& cell = row.cells[bound.column];
    const ColumnType type = table_.type(bound.column);
    if (cell.state == CellState::missing) return false;
    if (!bound.keys.empty()) {
      const auto& values = bound.condition->values;
      return std::find(bound.keys.begin(), bound.keys.end(), cell_key(cell, type)) != bound.keys.end() ||
             std::find(values.begin(), values.end(), cell.text) != values.end();
    }
    return is_number_cell(cell, type) && !(bound.condition->minimum && cell.number < *bound.condition->minimum) &&
           !(bound.condition->maximum && cell.number > *bound.condition->maximum);
  });
}

KeyedNumbers::KeyedNumbers(const LabelSource& labels, const std::vector<std::string>& classes) {
  for (const fs::path& file : labels.files) {
    const auto stream = open_file(file);
    const auto rows = open_rows(*stream, file.string());
    const Table table(file.string(), "", *rows, {});
    const std::size_t key = table.column(labels.file_key), value = table.column(labels.column);
    while (const Row* row = rows->next()) {
      const Cell& cell = row->cells[value];
      add_key(values_, file, *row, row->cells[key], table.type(key),
              label_of(cell, table.type(value), classes, fmt::format("{}:{}", file.string(), row->line)));
    }
  }
}

KeyedNumbers::KeyedNumbers(const RowSelection& selection) {
  const auto stream = open_file(selection.file);
  const auto rows = open_rows(*stream, selection.file.string());
  const Table table(selection.file.string(), "", *rows, {});
  const RowFilter filter(selection.where, table);
  const std::size_t key = table.column(selection.file_key), order = selection.order.empty() ? key : table.column(selection.order);
  while (const Row* row = rows->next()) {
    if (!filter.takes(*row)) continue;
    const Cell& place = row->cells[order];
    if (!selection.order.empty() && !is_number_cell(place, table.type(order))) {
      throw Error(ErrorKind::input, fmt::format("{}:{}: the place '{}' is no number", selection.file.string(), row->line, place.text));
    }
    add_key(values_, selection.file, *row, row->cells[key], table.type(key), selection.order.empty() ? static_cast<double>(row->number) : place.number);
  }
}

const double* KeyedNumbers::find(const std::string& key) const {
  const auto at = values_.find(key);
  return at == values_.end() ? nullptr : &at->second;
}

}  // namespace iai
