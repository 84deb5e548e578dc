#include "evaluator/profile/table_profile.hpp"

#include <algorithm>

#include "evaluator/data/state_stream.hpp"
#include "formats/error.hpp"
#include "formats/parallel.hpp"

namespace iai {
namespace {

constexpr std::size_t exact_in_table = std::size_t{1} << 22;  // distinct values counted exactly, over all columns
constexpr std::size_t block_cells = std::size_t{1} << 20;     // of all columns, rather

std::size_t exact_in_column(std::size_t columns) { return std::clamp<std::size_t>(exact_in_table / columns, 1024, 16384); }

/// Names may hold any character, so their lengths part them.
void add_name(std::string& key, const std::string& name) { key += std::to_string(name.size()) + ':' + name; }

bool may_hold_numbers(const Column& column) { return is_numeric(column.type) || column.type == ColumnType::empty; }

}  // namespace

TableProfile make_table_profile(const std::vector<Column>& columns) {
  TableProfile table;
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    table.columns.emplace_back(exact_in_column(columns.size()));
    table.columns.back().name = columns[c].name;
    table.columns.back().unit = columns[c].unit;
    if (may_hold_numbers(columns[c])) numbers.push_back(c);
  }
  table.pairs = PairMoments(std::move(numbers));
  return table;
}

std::string table_key(const std::vector<Column>& columns) {
  std::string key;
  for (const auto& column : columns) add_name(key, column.name);
  return key;
}

std::string table_key(const TableProfile& table) {
  std::string key;
  for (const auto& column : table.columns) add_name(key, column.name);
  return key;
}

void merge(TableProfile& table, const TableProfile& other) {
  const bool is_first = other.files[0] < table.files[0];
  parallel_for(table.columns.size(), [&](std::size_t c) {
    if (is_first) table.columns[c].unit = other.columns[c].unit;  // what the first file says
    table.columns[c].merge(other.columns[c]);
  });
  table.pairs.merge(other.pairs);
  table.rows += other.rows;
  table.fewest_rows = std::min(table.fewest_rows, other.fewest_rows);
  table.most_rows = std::max(table.most_rows, other.most_rows);
  table.ragged_rows += other.ragged_rows;
  const auto middle = static_cast<std::ptrdiff_t>(table.files.size());
  table.files.insert(table.files.end(), other.files.begin(), other.files.end());
  std::inplace_merge(table.files.begin(), table.files.begin() + middle, table.files.end());
}

void transfer(TableProfile& table, StateStream& state) {
  constexpr std::size_t most_columns = std::size_t{1} << 22, most_files = std::size_t{1} << 32;
  const auto width = state.length(table.columns.size(), most_columns);
  if (width == 0) throw Error(ErrorKind::input, "a table without columns");
  for (std::size_t c = 0; c < width; ++c) {
    if (state.is_reading()) table.columns.emplace_back(exact_in_column(width));
    table.columns[c].transfer(state);
  }
  std::vector<std::size_t> compared(state.length(table.pairs.columns().size(), PairMoments::most_columns));
  for (std::size_t i = 0; i < compared.size(); ++i) {
    std::uint64_t place = state.is_reading() ? 0 : table.pairs.columns()[i];
    state.number(place, width - 1);
    if (i > 0 && place <= compared[i - 1]) throw Error(ErrorKind::input, "columns that are not in order");
    compared[i] = place;
  }
  if (state.is_reading()) table.pairs = PairMoments(std::move(compared));
  table.pairs.transfer(state);
  for (auto* figure : {&table.rows, &table.fewest_rows, &table.most_rows, &table.ragged_rows}) state.count(*figure);
  const auto files = state.length(table.files.size(), most_files);
  if (files == 0) throw Error(ErrorKind::input, "a table without files");
  for (std::size_t f = 0; f < files; ++f) {
    if (state.is_reading()) table.files.emplace_back();
    state.file(table.files[f]);
  }
}

FileProfiler::FileProfiler(TableProfile& table, std::size_t file, const std::vector<Column>& columns, std::int64_t per_row)
    : table_(table), file_(file), block_rows_(std::clamp<std::size_t>(block_cells / std::max<std::size_t>(1, columns.size()), 64, 4096)) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    table.columns[c].start_file(file, columns[c].type, per_row);
    if (columns[c].type == ColumnType::empty) open_.push_back(c);
  }
  const auto& compared = table.pairs.columns();
  pair_.assign(columns.size(), compared.size());
  if (compared.size() < 2) return;
  for (std::size_t i = 0; i < compared.size(); ++i) pair_[compared[i]] = i;
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
    table_.ragged_rows += static_cast<std::int64_t>(batch.ragged.size());
    for (std::size_t from = 0; from < batch.rows;) {
      const std::size_t to = std::min(batch.rows, from + (block_rows_ - filled_));
      filled_ += to - from;
      const bool ends = filled_ == block_rows_;
      parts_.push_back({&batch, from, to, ends ? filled_ : 0});
      if (ends) filled_ = 0;
      from = to;
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

/// Each column takes all its parts at once: threads wait for each other once a batch, not once a block.
void FileProfiler::add_parts() {
  auto& pairs = table_.pairs;
  pairs.begin_blocks(static_cast<std::size_t>(std::count_if(parts_.begin(), parts_.end(), [](const Part& part) { return part.block_rows > 0; })));
  parallel_for(table_.columns.size(), [&](std::size_t c) {
    auto& column = table_.columns[c];
    std::size_t block = 0;
    for (const auto& part : parts_) {
      if (part.batch != nullptr) column.add(part.batch->columns[c], part.from, part.to, part.batch->first_row + static_cast<std::int64_t>(part.from));
      if (part.block_rows == 0) continue;
      if (pair_[c] < pairs.columns().size()) pairs.set_block(block++, pair_[c], column.block(), part.block_rows);
      column.end_block(part.block_rows);
    }
  });
  parallel_for(pairs.columns().size(), [&](std::size_t i) { pairs.add_pairs(i); });
  parts_.clear();
}

/// Of rows that came one by one.
void FileProfiler::end_block() {
  parts_.push_back({nullptr, 0, 0, filled_});
  filled_ = 0;
  add_parts();
}

std::vector<FileProfiler::UnlocatedCell> FileProfiler::unlocated_cells() {
  std::vector<UnlocatedCell> cells;
  std::vector<DataPlace*> places;
  for (std::size_t c = 0; c < table_.columns.size(); ++c) {
    places.clear();
    table_.columns[c].add_unlocated(places);
    for (auto* place : places) cells.push_back({place, c});
  }
  std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.place->row < b.place->row; });
  return cells;
}

void FileProfiler::locate(std::span<const RowBatch> batches, RowReader& reader) {
  const Row* row = nullptr;
  auto batch = batches.begin();
  for (const auto& [place, column] : unlocated_cells()) {
    while (batch != batches.end() && place->row >= batch->first_row + static_cast<std::int64_t>(batch->rows)) ++batch;
    if (batch == batches.end()) return;
    if (place->row < batch->first_row) continue;
    if (row == nullptr || row->number != place->row) row = &reader.row_of(*batch, static_cast<std::size_t>(place->row - batch->first_row));
    place->line = row->line;
    place->byte = row->cells[column].byte;
  }
}

void FileProfiler::locate(const Row& row) {
  for (const auto& [place, column] : unlocated_cells()) {
    if (place->row != row.number) continue;
    place->line = row.line;
    place->byte = row.cells[column].byte;
  }
}

void FileProfiler::finish(std::vector<Column>& columns, std::int64_t rows) {
  filled_ += column_ > 0 ? 1 : 0;  // a last row that was cut off
  if (filled_ > 0) end_block();
  for (std::size_t c = 0; c < columns.size(); ++c) columns[c].type = table_.columns[c].end_file();
  table_.pairs.end_file(columns);
  table_.fewest_rows = table_.files.empty() ? rows : std::min(table_.fewest_rows, rows);
  table_.most_rows = std::max(table_.most_rows, rows);
  table_.rows += rows;
  table_.files.push_back(file_);
}

}  // namespace iai
