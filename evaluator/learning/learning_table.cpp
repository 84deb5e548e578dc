#include "evaluator/learning/learning_table.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "evaluator/contract/contract.hpp"
#include "formats/delimited_source.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

constexpr std::size_t most_splits = 64;

void append_bits(std::string& key, char tag, std::uint64_t bits) {
  key += tag;
  key.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

bool counts_as_number(ColumnType type) { return type == ColumnType::integer || type == ColumnType::real || type == ColumnType::boolean; }

}  // namespace

void append_value(std::string& key, const Cell& cell, ColumnType type) {
  if (cell.state == CellState::missing) {
    key += 'm';
  } else if (type == ColumnType::timestamp && cell.state == CellState::value) {
    append_bits(key, 't', static_cast<std::uint64_t>(cell.integer));
  } else if (type == ColumnType::integer && cell.state == CellState::value && std::abs(cell.number) > 0x1p53) {
    append_bits(key, 'i', static_cast<std::uint64_t>(cell.integer));
  } else if (const auto number = number_in(cell, type)) {
    append_bits(key, 'n', std::bit_cast<std::uint64_t>(*number + 0.0));
  } else {
    append_bits(key, 's', cell.text.size());
    key += cell.text;
  }
}

std::optional<double> number_in(const Cell& cell, ColumnType type) {
  if (type == ColumnType::timestamp && cell.state == CellState::value) return static_cast<double>(cell.integer);
  const bool number = cell.state == CellState::value || (cell.state == CellState::odd && type == ColumnType::integer);
  if (!counts_as_number(type) || !number || std::isnan(cell.number)) return std::nullopt;
  return cell.number;
}

void LearningTable::start_file(const CheckedFile& file) {
  file_ = &file;
  files_.resize(std::max(files_.size(), file.order + 1));
  files_[file.order] = file.name;
  features_.clear();
  for (const auto& name : roles_.features) features_.push_back(file.find(name));
  group_.clear();
  for (const auto& name : roles_.group) group_.push_back(file.find(name));
  label_ = file.find(roles_.label);
  time_ = file.find(roles_.time);
  split_ = file.find(roles_.split);
  file_split_ = -1;
  for (const auto& [name, globs] : roles_.split_files)
    for (const auto& glob : globs)
      if (file_split_ < 0 && matches_path_glob(glob, file.name)) file_split_ = split_of(name);
}

void LearningTable::start_row(const Row& row) {
  row_ = &row;
  place_ = {static_cast<std::uint32_t>(file_->order), file_split_, row.number, row.line, row.byte};
  if (const Cell* cell = this->cell(split_)) place_.split = cell->state == CellState::missing ? -1 : split_of(std::string(cell->text));
}

std::int32_t LearningTable::split_of(const std::string& name) {
  for (const auto& ignored : roles_.ignored)
    if (ignored == name) return -1;
  for (std::size_t s = 0; s < splits_.size(); ++s)
    if (splits_[s] == name) return static_cast<std::int32_t>(s);
  if (splits_.size() == most_splits)
    throw Error(ErrorKind::input,
                fmt::format("{}: the column '{}' names more than {} splits, '{}' among them", file_->name, roles_.split, most_splits, first_bytes(name, 40)),
                "splits.column is the column that holds train, test ...");
  splits_.push_back(name);
  return static_cast<std::int32_t>(splits_.size() - 1);
}

bool LearningTable::group(std::string& key, std::string& text) const {
  key.clear();
  text.clear();
  bool any = roles_.grouping == LearningRoles::Grouping::by_file || group_.empty();
  if (roles_.grouping == LearningRoles::Grouping::by_file) {
    key = file_->name + '\0';
    text = file_->name;
  }
  for (const auto& column : group_) {
    const Cell* cell = this->cell(column);
    if (cell == nullptr) return false;
    any = any || cell->state != CellState::missing;
    append_value(key, *cell, type(column));
    text += (text.empty() ? "" : ", ") + std::string(cell->text);
  }
  return any;
}

std::optional<std::size_t> LearningTable::rank(std::int32_t split) const {
  if (split < 0) return std::nullopt;
  for (std::size_t i = 0; i < roles_.order.size(); ++i)
    if (roles_.order[i] == split_name(split)) return i;
  return std::nullopt;
}

std::string LearningTable::describe(const RowPlace& place, std::uint32_t from) const {
  std::string text = fmt::format("row {}", place.row);
  if (place.file != from) text += " of " + file_name(place.file);
  if (place.split >= 0) text += " in " + split_name(place.split);
  return text;
}

Violation LearningTable::violation(const RowPlace& place, std::string column) const {
  Violation violation;
  violation.file = file_name(place.file);
  violation.order = place.file;
  violation.column = std::move(column);
  violation.row = place.row;
  violation.line = place.line;
  violation.byte = place.byte;
  return violation;
}

void RowPairs::add(const RowPlace& second, const RowPlace& first, std::string_view text) {
  RowPair pair;
  pair.second = second;
  pair.first = first;
  text = first_bytes(text, sizeof pair.text - 1);
  text.copy(pair.text, text.size());  // an empty one may have no address
  pairs_.add(pair);
}

}  // namespace iai
