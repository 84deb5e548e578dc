#include "evaluator/data/table_profile.hpp"

#include <algorithm>

#include <tbb/parallel_for.h>

namespace iai {
namespace {

constexpr std::size_t exact_in_table = std::size_t{1} << 22;  // distinct values counted exactly, over all columns
constexpr std::size_t block_cells = std::size_t{1} << 20;     // of all columns, rather

bool may_hold_numbers(const Column& column) {
  return column.type == ColumnType::integer || column.type == ColumnType::real || column.type == ColumnType::empty;
}

}  // namespace

TableProfile make_table_profile(const std::vector<Column>& columns) {
  TableProfile table;
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    table.columns.emplace_back(std::clamp<std::size_t>(exact_in_table / columns.size(), 1024, 16384));
    table.columns.back().name = columns[c].name;
    table.columns.back().unit = columns[c].unit;
    if (may_hold_numbers(columns[c])) numbers.push_back(c);
  }
  table.pairs = PairMoments(std::move(numbers));
  return table;
}

FileProfiler::FileProfiler(TableProfile& table, std::size_t file, const std::vector<Column>& columns, std::int64_t per_row)
    : table_(table), file_(file), block_rows_(std::clamp<std::size_t>(block_cells / std::max<std::size_t>(1, columns.size()), 64, 4096)) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    table.columns[c].start_file(file, columns[c].type, per_row);
    if (columns[c].type == ColumnType::empty) open_.push_back(c);
  }
}

void FileProfiler::add(const Row& row, const std::vector<Column>& columns) {
  for (std::size_t i = 0; i < open_.size();) {
    if (columns[open_[i]].type == ColumnType::empty) {
      ++i;
      continue;
    }
    table_.columns[open_[i]].learn_type(columns[open_[i]].type);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (row.fault.empty()) {
    if (row.width != columns.size()) ++table_.ragged_rows;
    for (std::size_t c = 0; c < row.cells.size(); ++c) table_.columns[c].add(row.cells[c], row.number);
  }
  if (++filled_ == block_rows_) end_block();
}

void FileProfiler::add(std::span<const RowBatch> batches) {
  for (const auto& batch : batches) {
    table_.ragged_rows += batch.ragged_rows;
    for (std::size_t from = 0; from < batch.rows;) {
      const std::size_t to = std::min(batch.rows, from + (block_rows_ - filled_));
      parts_.push_back({&batch, from, to});
      filled_ += to - from;
      from = to;
      if (filled_ == block_rows_) end_block();
    }
  }
  add_parts();
}

void FileProfiler::add_element(double value) {
  table_.columns[column_].add_element(value, element_);
  if (++column_ < table_.columns.size()) return;
  column_ = 0;
  ++element_;
  if (++filled_ == block_rows_) end_block();
}

void FileProfiler::add_parts() {
  if (parts_.empty()) return;
  tbb::parallel_for(std::size_t{0}, table_.columns.size(), [&](std::size_t c) {
    for (const auto& part : parts_)
      table_.columns[c].add(part.batch->columns[c], part.from, part.to, part.batch->first_row + static_cast<std::int64_t>(part.from));
  });
  parts_.clear();
}

void FileProfiler::end_block() {
  add_parts();
  auto& pairs = table_.pairs;
  const std::size_t pair_columns = pairs.columns().size() > 1 ? pairs.columns().size() : 0;
  tbb::parallel_for(std::size_t{0}, pair_columns, [&](std::size_t i) { pairs.set_block(i, table_.columns[pairs.columns()[i]].block(), filled_); });
  // Pairs and columns do not meet: each column's numbers were copied.
  tbb::parallel_for(std::size_t{0}, pair_columns + table_.columns.size(), [&](std::size_t i) {
    if (i < pair_columns) pairs.add_pairs(i);
    else table_.columns[i - pair_columns].end_block(filled_);
  });
  filled_ = 0;
}

void FileProfiler::finish(std::vector<Column>& columns, std::int64_t rows) {
  filled_ += column_ > 0 ? 1 : 0;  // a last row that was cut off
  if (filled_ > 0) end_block();
  for (std::size_t c = 0; c < columns.size(); ++c) columns[c].type = table_.columns[c].end_file();
  table_.fewest_rows = table_.files.empty() ? rows : std::min(table_.fewest_rows, rows);
  table_.most_rows = std::max(table_.most_rows, rows);
  table_.rows += rows;
  table_.files.push_back(file_);
}

}  // namespace iai
