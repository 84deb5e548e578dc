#pragma once

#include <string_view>
#include <vector>

#include "formats/delimited_cells.hpp"
#include "formats/row_batch.hpp"

namespace iai {

/// How the rows of a file are read while nothing new is learnt about it. One for all threads.
struct BatchLayout {
  RecordSplitter splitter;
  CellForm form;
  std::vector<Column> columns;
  std::string_view header, units;  ///< of the file, as TableNotes has them: rows that repeat them are no data
  bool trailing_delimiter = false;
  bool decimal_found = true;  ///< else a cell that fits no integer may tell the decimal sign
};

/// A row that is no data.
struct SkippedRow {
  SkippedLine::Kind kind = SkippedLine::Kind::note;
  std::string_view text;          ///< in the piece, without its line end
  std::int64_t lines_before = 0;  ///< line ends before it in the piece
};

/// What a piece of text gave.
struct BatchEnd {
  std::size_t bytes = 0;   ///< of whole rows that were taken; fewer than the piece has when it ends early (learn, or cells enough)
  std::int64_t lines = 0;  ///< line ends in them
  /// The row behind them tells a type or the decimal sign, or is the header again and the units that may follow it are not in
  /// the piece: DelimitedReader::next() must read it.
  bool learn = false;
  std::vector<SkippedRow> skipped;  ///< among the bytes taken, in order
};

/// Reads the rows of `text`, which begins at a row and ends behind one, into `batch` (its former content is dropped).
/// The meaning of every cell is that of DelimitedReader::next(). 8 bytes beyond `text` may be read.
BatchEnd read_batch(std::string_view text, const BatchLayout& layout, RowBatch& batch);

/// read_batch for each text, on the threads of TBB's current arena. `batches` has as many elements.
std::vector<BatchEnd> read_batches(const std::vector<std::string_view>& texts, const BatchLayout& layout, std::vector<RowBatch>& batches);

/// Splits `text` behind ends of rows into pieces of about `piece` bytes. @param last  the file ends with `text`, else what
/// follows the last row end is left out. Empty when `text` holds no whole row.
std::vector<std::string_view> cut_rows(std::string_view text, const RecordSplitter& splitter, std::size_t piece, bool last);

/// Text of one cell without doubled quotes, in well-formed UTF-8: broken bytes are read as windows-1252.
std::string plain_cell_text(std::string_view cell, bool doubled, char quote, bool broken);

}  // namespace iai
