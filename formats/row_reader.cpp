#include "formats/row_reader.hpp"

#include "formats/row_batch.hpp"

namespace iai {

void fill_batch(const Row& row, const std::vector<Column>& columns, RowBatch& batch) {
  batch.first_row = row.number;
  batch.rows = 1;
  batch.ragged.assign(row.fault.empty() && row.width != columns.size() ? 1 : 0, 0);
  batch.fault = row.fault;
  batch.first_line = row.line;
  batch.begins.assign(1, 0);
  batch.lines.assign(1, 0);
  batch.columns.resize(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto& out = batch.columns[c];
    const auto& cell = row.cells[c];
    out.type = columns[c].type;
    out.numbers.assign(1, cell.number);
    out.integers.assign(1, cell.integer);
    out.texts.assign(1, cell.text);
    out.exceptions.clear();
    if (cell.state != CellState::value) out.exceptions.push_back({0, cell.state, cell.number, cell.text});
  }
}

bool RowReader::next_batches(std::vector<RowBatch>& batches, int) {
  last_ = next();
  batches.resize(last_ == nullptr ? 0 : 1);
  if (last_ != nullptr) fill_batch(*last_, columns(), batches[0]);
  return last_ != nullptr;
}

const Row& RowReader::row_of(const RowBatch&, std::size_t) { return *last_; }

}  // namespace iai
