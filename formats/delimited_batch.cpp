#include "formats/delimited_batch.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <memory>

#include "formats/delimited_column_cells.hpp"
#include "formats/delimited_strip.hpp"

namespace iai {
namespace {

constexpr std::size_t strip_cells = 4096;  // cells that are split before they are read, so that both stay in the cache

void resize(RowBatch& batch, std::size_t rows) {
  for (auto& cells : batch.columns) {
    const bool number = cells.type == ColumnType::real || cells.type == ColumnType::boolean;
    const bool integer = cells.type == ColumnType::integer || cells.type == ColumnType::timestamp;
    if (number) cells.numbers.resize(rows);
    if (integer) cells.integers.resize(rows);
    if (cells.type == ColumnType::text) cells.texts.resize(rows);
  }
}

/// Whether the first cell of the row that is not missing is odd: the row may be a note.
bool may_be_note(const RowBatch& batch, std::size_t row) {
  for (const auto& cells : batch.columns) {
    const auto at =
        std::lower_bound(cells.exceptions.begin(), cells.exceptions.end(), row, [](const CellException& one, std::size_t place) { return one.row < place; });
    const bool exception = at != cells.exceptions.end() && at->row == row;
    const bool missing = exception ? at->state == CellState::missing : cells.type == ColumnType::empty;
    if (!missing) return exception && at->state == CellState::odd;
  }
  return false;
}

/// The first of the rows [from, to) that may be a note, or `to`.
std::size_t find_note(const RowBatch& batch, std::size_t from, std::size_t to) {
  const auto& first = batch.columns[0];
  if (first.type == ColumnType::empty) {
    while (from < to && !may_be_note(batch, from)) ++from;
    return from;
  }
  auto at =
      std::lower_bound(first.exceptions.begin(), first.exceptions.end(), from, [](const CellException& one, std::size_t place) { return one.row < place; });
  for (; at != first.exceptions.end() && at->row < to; ++at)
    if (may_be_note(batch, at->row)) return at->row;
  return to;
}

/// Takes back what was read of rows from `rows` on.
void cut(RowBatch& batch, std::size_t rows) {
  for (auto& cells : batch.columns)
    while (!cells.exceptions.empty() && cells.exceptions.back().row >= rows) cells.exceptions.pop_back();
}

}  // namespace

BatchEnd read_batch(std::string_view text, const BatchLayout& layout, RowBatch& batch) {
  const std::size_t columns = layout.columns.size(), most_rows = std::max<std::size_t>(1, strip_cells / columns);
  batch.rows = 0;
  batch.ragged.clear();
  batch.begins.clear();
  batch.lines.clear();
  batch.unescaped.clear();
  batch.text = text;
  batch.fault.clear();
  batch.columns.resize(columns);
  const auto memo = std::make_unique<ShortTextMemo>();
  std::vector<ColumnCellReader> readers;
  readers.reserve(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    batch.columns[c].type = layout.columns[c].type;
    batch.columns[c].exceptions.clear();
    readers.emplace_back(layout, layout.columns[c].type, *memo);
  }
  StripReader source(text, layout, batch);
  Strip strip;
  BatchEnd end;
  while (!source.done() && !end.learn) {
    source.fill(strip, most_rows);
    resize(batch, batch.rows + strip.rows);
    std::size_t taken = strip.rows;
    for (std::size_t c = 0; c < columns; ++c) taken = std::min(taken, readers[c].read(strip, c, batch.rows, batch.columns[c]));
    taken = find_note(batch, batch.rows, batch.rows + taken) - batch.rows;
    source.note_places(taken, batch);
    batch.rows += taken;
    const bool within = taken < strip.rows;
    end.learn = within || source.at_header();
    end.bytes = within ? source.row_begin(taken) : source.at();
    end.lines = within ? source.lines_before(taken) : source.lines();
  }
  if (end.learn) cut(batch, batch.rows);
  return end;
}

std::vector<BatchEnd> read_batches(const std::vector<std::string_view>& texts, const BatchLayout& layout, std::vector<RowBatch>& batches) {
  std::vector<BatchEnd> ends(texts.size());
  if (texts.size() == 1) ends[0] = read_batch(texts[0], layout, batches[0]);
  else tbb::parallel_for(std::size_t{0}, texts.size(), [&](std::size_t i) { ends[i] = read_batch(texts[i], layout, batches[i]); });
  return ends;
}

}  // namespace iai
