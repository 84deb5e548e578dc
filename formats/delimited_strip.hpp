#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited_batch.hpp"
#include "formats/delimited_marks.hpp"

namespace iai {

/// Cells of a few rows, row by row, as texts.
struct Strip {
  std::size_t rows = 0;
  std::vector<std::string_view> cells;  // [row][column]; without data: missing
  std::vector<std::uint8_t> broken;     // per cell: broken UTF-8; empty when there is none
};

/// Takes rows from a text and splits them.
class StripReader {
 public:
  StripReader(std::string_view text, const BatchLayout& layout, RowBatch& batch)
      : text_(text),
        layout_(layout),
        batch_(batch),
        columns_(layout.columns.size()),
        marks_(text, layout.splitter.delimiter, layout.splitter.newline),
        quotes_(layout.splitter.delimiter == ' ' || (layout.splitter.quote != '\0' && text.find(layout.splitter.quote) != text.npos)),
        zeros_(text.find('\0') != text.npos) {}

  bool done() const { return at_ >= text_.size(); }
  std::size_t at() const { return at_; }
  std::int64_t lines() const { return lines_; }
  /// Did fill() stop at a row that repeats the header, with no row behind it that could be the units?
  bool at_header() const { return at_header_; }
  std::size_t row_begin(std::size_t row) const { return begins_[row]; }
  std::int64_t lines_before(std::size_t row) const { return lines_at_[row]; }
  /// Cells of a row of the strip, as far as it matters: fewer than there are columns, as many, or more.
  std::size_t width(std::size_t row) const { return columns_ + (widths_[row] == RowWidth::wide ? 1 : 0) - (widths_[row] == RowWidth::narrow ? 1 : 0); }
  /// The row as it stands in the file, without its line end.
  std::string_view row_text(std::size_t row) const { return text_.substr(begins_[row], sizes_[row]); }
  /// Rows that repeat header or units, so far.
  const std::vector<SkippedRow>& repeated() const { return repeated_; }
  /// Where the first `count` rows of the strip lie, but for those `left_out` (ascending), behind the rows that the batch has.
  void note_places(std::size_t count, const std::vector<std::size_t>& left_out, RowBatch& batch) const;

  void fill(Strip& strip, std::size_t most_rows);

 private:
  enum class RowWidth : std::uint8_t { whole, narrow, wide };

  /// Steps over a row that repeats header or units; false for any other.
  bool take_repeated();

  /// One record into the strip's next row; false for a blank line.
  bool take_row(Strip& strip);

  /// The cell behind the last delimiter of a row without quotes, trimmed.
  std::string_view trim_last(std::string_view row) const;

  bool take_quoted(Strip& strip);

  void end_row(Strip& strip, std::size_t width, bool trailing_empty);

  /// Marks the cells of the strip's next row that are no clean UTF-8, and makes them readable.
  void mend_row(Strip& strip, std::size_t count, const CellSpan* spans);

  std::string_view keep(std::string text);

  std::string_view text_;
  const BatchLayout& layout_;
  RowBatch& batch_;
  std::size_t columns_, at_ = 0;
  std::int64_t lines_ = 0;
  MarkScanner marks_;
  bool quotes_, zeros_, at_header_ = false, units_follow_ = false;
  DelimitedRecord record_;
  std::vector<std::size_t> begins_, sizes_;
  std::vector<std::int64_t> lines_at_;
  std::vector<RowWidth> widths_;
  std::vector<SkippedRow> repeated_;
};

}  // namespace iai
