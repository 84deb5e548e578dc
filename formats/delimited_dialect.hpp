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
  bool decimal_found = false;     ///< else the sample holds no fraction
  std::vector<Column> columns;
  std::size_t data_begin = 0;     ///< first byte of the first data row in the sample
  std::int64_t lines_before = 0;  ///< lines in front of it
};

/// Finds delimiter, header, units, number form and types. @param whole  the sample is the whole file, else its last
/// line may be cut off.
Layout find_layout(std::string_view sample, bool whole, const Encoding& encoding, const DelimitedOptions& options,
                   const std::string& file);

/// Decimal and thousands sign of the numbers in `lines`, into `dialect`. @returns whether a number shows the decimal sign.
bool find_number_form(const std::vector<SampleLine>& lines, Dialect& dialect);
/// Is this a number in any form, or a time?
bool is_measured(std::string_view text);
/// Type of a column of the sample's `lines`: the one that at least four in five of the cells present have.
ColumnType find_type(const std::vector<SampleLine>& lines, std::size_t column, const NumberForm& form);
/// Is this the sign of a unit of measurement, with or without brackets?
bool is_unit(std::string_view text);
/// "Torque [Nm]": "Nm"; "Speed (rpm)": "rpm"; else empty.
std::string unit_in_name(std::string_view name);
/// Format of a time as written: "dd.mm.yyyy HH:MM:SS,fff".
std::string describe_timestamp(std::string_view text);
/// Every name once and none empty: "column_3" for an empty one, "T (2)" for the second "T".
void make_names_unique(std::vector<Column>& columns);

}  // namespace iai
