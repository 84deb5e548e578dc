#include "formats/delimited_batch.hpp"

#include <algorithm>
#include <memory>

#include "formats/delimited_column_cells.hpp"
#include "formats/delimited_notes.hpp"
#include "formats/delimited_strip.hpp"
#include "formats/parallel.hpp"

namespace iai {
namespace {

constexpr std::size_t most_cells = 1 << 19;  // of a batch, or a row: texts of short rows under many columns would fill the memory with missing cells
constexpr std::size_t strip_cells = 4096;    // cells that are split before they are read, so that both stay in the cache

void resize(RowBatch& batch, std::size_t rows) {
  for (auto& cells : batch.columns) {
    const bool number = cells.type == ColumnType::real || cells.type == ColumnType::boolean;
    const bool integer = cells.type == ColumnType::integer || cells.type == ColumnType::timestamp;
    if (number) cells.numbers.resize(rows);
    if (integer) cells.integers.resize(rows);
    if (cells.type == ColumnType::text) cells.texts.resize(rows);
  }
}

std::vector<CellException>::const_iterator exception_from(const ColumnCells& cells, std::size_t row) {
  return std::lower_bound(cells.exceptions.begin(), cells.exceptions.end(), row, [](const CellException& one, std::size_t place) { return one.row < place; });
}

/// A cell that is the first of its row that is not missing, and is odd: the row may be no data.
struct OddStart {
  std::size_t row = 0, column = 0;
  std::string_view text;
};

/// Those among the rows [from, to) of the batch, by row. What it costs goes with the exceptions, not with the cells.
std::vector<OddStart> find_odd_starts(const RowBatch& batch, std::size_t from, std::size_t to) {
  std::vector<OddStart> odd;
  std::vector<std::size_t> open;  // rows of which all cells so far are missing
  const bool all_open = batch.columns[0].type == ColumnType::empty;
  for (std::size_t row = from; all_open && row < to; ++row) open.push_back(row);
  for (auto at = exception_from(batch.columns[0], from); !all_open && at != batch.columns[0].exceptions.end() && at->row < to; ++at) {
    if (at->state == CellState::missing) open.push_back(at->row);
    if (at->state == CellState::odd) odd.push_back({at->row, 0, at->text});
  }
  for (std::size_t c = all_open ? 0 : 1; c < batch.columns.size() && !open.empty(); ++c) {
    const auto& cells = batch.columns[c];
    auto at = exception_from(cells, open.front());
    auto keep = open.begin();
    for (const std::size_t row : open) {
      while (at != cells.exceptions.end() && at->row < row) ++at;
      const bool exception = at != cells.exceptions.end() && at->row == row;
      if (exception ? at->state == CellState::missing : cells.type == ColumnType::empty) *keep++ = row;
      else if (exception && at->state == CellState::odd) odd.push_back({row, c, at->text});
    }
    open.erase(keep, open.end());
  }
  std::sort(odd.begin(), odd.end(), [](const OddStart& a, const OddStart& b) { return a.row < b.row; });
  return odd;
}

/// Are the cells of the row behind that column all missing or odd?
bool nothing_behind(const RowBatch& batch, std::size_t row, std::size_t column) {
  return std::all_of(batch.columns.begin() + static_cast<std::ptrdiff_t>(column) + 1, batch.columns.end(), [&](const ColumnCells& cells) {
    const auto at = exception_from(cells, row);
    if (at == cells.exceptions.end() || at->row != row) return cells.type == ColumnType::empty;
    return at->state == CellState::missing || at->state == CellState::odd;
  });
}

/// The rows of the strip, `taken` at most, that are sums or notes, into `skipped`. @returns their places in the strip.
std::vector<std::size_t> find_notes(const RowBatch& batch, const StripReader& source, std::size_t taken, std::vector<SkippedRow>& skipped) {
  std::vector<std::size_t> rows;
  for (const auto& start : find_odd_starts(batch, batch.rows, batch.rows + taken)) {
    const std::size_t row = start.row - batch.rows;
    const auto kind = kind_of_note(start.text, source.width(row), batch.columns.size(), [&] { return nothing_behind(batch, start.row, start.column); });
    if (!kind) continue;
    rows.push_back(row);
    skipped.push_back({*kind, source.row_text(row), source.lines_before(row)});
  }
  return rows;
}

template <class T>
void drop_elements(std::vector<T>& elements, std::size_t first, const std::vector<std::size_t>& rows) {
  if (elements.empty()) return;
  auto dropped = rows.begin();
  std::size_t to = first + rows.front();
  for (std::size_t row = rows.front(); first + row < elements.size(); ++row) {
    if (dropped != rows.end() && *dropped == row) ++dropped;
    else elements[to++] = elements[first + row];
  }
  elements.resize(to);
}

/// Takes `rows` out of the rows that lie behind the first `first` of the batch; those behind them move up.
void drop(RowBatch& batch, std::size_t first, const std::vector<std::size_t>& rows) {
  if (rows.empty()) return;
  for (auto& cells : batch.columns) {
    drop_elements(cells.numbers, first, rows);
    drop_elements(cells.integers, first, rows);
    drop_elements(cells.texts, first, rows);
    auto to = cells.exceptions.begin() + (exception_from(cells, first + rows.front()) - cells.exceptions.cbegin());
    std::size_t dropped = 0;
    for (auto at = to; at != cells.exceptions.end(); ++at) {
      while (dropped < rows.size() && first + rows[dropped] < at->row) ++dropped;
      if (dropped < rows.size() && first + rows[dropped] == at->row) continue;
      *to = *at;
      to->row -= static_cast<std::uint32_t>(dropped);
      ++to;
    }
    cells.exceptions.erase(to, cells.exceptions.end());
  }
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
  while (!source.done() && !end.learn && batch.rows <= most_cells / columns) {
    source.fill(strip, most_rows);
    resize(batch, batch.rows + strip.rows);
    std::size_t taken = strip.rows;
    for (std::size_t c = 0; c < columns; ++c) taken = std::min(taken, readers[c].read(strip, c, batch.rows, batch.columns[c]));
    const auto notes = find_notes(batch, source, taken, end.skipped);
    drop(batch, batch.rows, notes);
    source.note_places(taken, notes, batch);
    batch.rows += taken - notes.size();
    const bool within = taken < strip.rows;
    end.learn = within || source.at_header();
    end.bytes = within ? source.row_begin(taken) : source.at();
    end.lines = within ? source.lines_before(taken) : source.lines();
  }
  if (end.learn) cut(batch, batch.rows);
  for (const auto& row : source.repeated())
    if (static_cast<std::size_t>(row.text.data() - text.data()) < end.bytes) end.skipped.push_back(row);
  std::sort(end.skipped.begin(), end.skipped.end(), [](const SkippedRow& a, const SkippedRow& b) { return a.text.data() < b.text.data(); });
  return end;
}

std::vector<BatchEnd> read_batches(const std::vector<std::string_view>& texts, const BatchLayout& layout, std::vector<RowBatch>& batches) {
  std::vector<BatchEnd> ends(texts.size());
  if (texts.size() == 1) ends[0] = read_batch(texts[0], layout, batches[0]);
  else parallel_for(texts.size(), [&](std::size_t i) { ends[i] = read_batch(texts[i], layout, batches[i]); });
  return ends;
}

}  // namespace iai
