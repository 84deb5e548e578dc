#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited_cells.hpp"
#include "formats/delimited_source.hpp"

namespace iai {

/// One line of the sample, split.
struct SampleLine {
  std::size_t begin = 0, next = 0;  ///< bytes in the sample
  std::int64_t number = 0;          ///< line of the file, from 1
  std::vector<std::string_view> cells;
};

/// What a file's beginning tells about the whole.
struct Layout {
  Dialect dialect;
  char newline = '\n';
  bool decimal_found = false;  ///< else the sample holds no fraction
  std::vector<Column> columns;
  std::string header_line, unit_line;  ///< as written; empty when there is no such row
  std::size_t data_begin = 0;          ///< first byte of the first data row in the sample
  std::int64_t lines_before = 0;       ///< lines in front of it
};

/// How the cells of a dialect are read; `form` points into it.
struct FormOfCells {
  explicit FormOfCells(const Dialect& dialect);
  FormOfCells(const FormOfCells&) = delete;
  FormOfCells& operator=(const FormOfCells&) = delete;
  CellForm form;

 private:
  std::string thousands_;
  std::optional<TimestampFormat> times_;
  CellWords words_;
};

/// Finds delimiter, header, units, number form and types. @param whole  the sample is the whole file, else its last
/// line may be cut off.
Layout find_layout(std::string_view sample, bool whole, const Encoding& encoding, const DelimitedOptions& options, const std::string& file);

/// Splits the lines of `sample` from byte `begin` on that are not blank, `most` at most. @param lines_before  in front of `begin`
std::vector<SampleLine> split_sample(std::string_view sample, std::size_t begin, std::int64_t lines_before, bool whole, const RecordSplitter& splitter,
                                     std::size_t most = static_cast<std::size_t>(-1));
struct Width {
  std::size_t cells = 1, lines = 0;
};
/// The width most lines have. Of equally frequent widths the larger: a preamble is narrower than its table.
Width usual_width(const std::vector<SampleLine>& lines);
/// The sign between cells; what speaks for it goes into `dialect`. @param splitter  with quote and line end
char find_delimiter(std::string_view sample, std::size_t begin, bool whole, RecordSplitter splitter, Dialect& dialect);

/// Where a table begins: indexes into the sample's lines, -1 for none.
struct TableTop {
  std::ptrdiff_t header = -1, units = -1;
  std::size_t data = 0;
};
TableTop find_top(const std::vector<SampleLine>& lines, std::size_t width, const GivenDialect& given);
/// Format of the dates with slashes in `lines` that begin with day or month; empty when there are none. Which of them comes first shows in
/// numbers over 12, else the day is taken to, and `dialect` says so.
std::string find_slashed_format(const std::vector<SampleLine>& lines, Dialect& dialect);

/// Decimal and thousands sign of the numbers in `lines`, into `dialect`. @param decimal  when it is told
/// @returns whether a number shows the decimal sign.
bool find_number_form(const std::vector<SampleLine>& lines, std::optional<char> decimal, Dialect& dialect);
/// Is this a number in any form, or a time?
bool is_measured(std::string_view text);
/// Type of a column of the sample's `lines`: the one that at least four in five of the cells present have.
ColumnType find_type(const std::vector<SampleLine>& lines, std::size_t column, const CellForm& form);
/// Is this the sign of a unit of measurement, with or without brackets?
bool is_unit(std::string_view text);
/// "Torque [Nm]": "Nm"; "Speed (rpm)": "rpm"; else empty.
std::string unit_in_name(std::string_view name);
/// Every name once and none empty: "column_3" for an empty one, "T (2)" for the second "T".
void make_names_unique(std::vector<Column>& columns);

}  // namespace iai
