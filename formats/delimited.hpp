#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/archive.hpp"
#include "formats/json.hpp"

namespace iai {

enum class ColumnType { empty, integer, real, boolean, timestamp, text };
std::string column_type_name(ColumnType type);
/// The inverse; nothing when `name` is no type.
std::optional<ColumnType> find_column_type(std::string_view name);

/// How a delimited text file is written, found from its first 256 KiB.
struct Dialect {
  std::string encoding = "UTF-8";  ///< UTF-8, UTF-16LE, UTF-16BE, windows-1252, ISO-8859-1, ...
  bool byte_order_mark = false;
  char delimiter = ',';            ///< ',', ';', '\t', '|'; ' ' stands for runs of blanks
  char quote = '"';
  char decimal = '.';
  std::string thousands;           ///< "", ".", "'", " " ...
  std::int64_t preamble_lines = 0; ///< before the header, or before the first row when there is no header
  bool header = true;
  bool unit_row = false;           ///< a row of units directly under the header
  bool trailing_delimiter = false;
  std::string timestamp_format;    ///< as written, for example "dd.mm.yyyy HH:MM:SS,fff"; empty when there is none
  double confidence = 0;           ///< share of sampled rows that fit this dialect
  std::vector<std::string> evidence;  ///< what each finding rests on, one sentence each
  Json to_json() const;
  /// The inverse of to_json; `name` is used in errors. @throws Error(input) when a field is missing or of another type.
  static Dialect from_json(const Json& json, const std::string& name);
};

struct Column {
  std::string name, unit;
  ColumnType type = ColumnType::text;
};

enum class CellState : std::uint8_t {
  value,
  missing,  ///< empty or a missing marker (-, NaN, NULL, #NV ...)
  error,    ///< an error word of the logger (Bad Input, I/O Timeout ...) in a number or time column
  odd,      ///< text that does not fit the column's type, or holds broken UTF-8; a value never changes type silently
};

/// One cell as it was written and what it means. `text` is UTF-8 and lives until the next row; blanks around a cell
/// that is not quoted do not belong to it.
struct Cell {
  std::string_view text;
  CellState state = CellState::value;
  double number = 0;          ///< integer, real, boolean (0, 1); odd in an integer column: the real it holds, else NaN
  std::int64_t integer = 0;   ///< integer columns: exact; timestamp: nanoseconds since 1970-01-01T00:00 as written (UTC when it has a zone)
  std::uint64_t byte = 0;     ///< offset of the cell's first byte in the file, as stored
};

struct Row {
  std::int64_t number = 0;    ///< data rows from 1
  std::int64_t line = 0;      ///< line of the file, from 1
  std::uint64_t byte = 0;     ///< offset of the row's first byte
  std::vector<Cell> cells;    ///< one for each column; ragged rows are filled with missing cells
  std::size_t width = 0;      ///< cells that the row really has, without the empty one after a trailing delimiter
};

/// Parts of the dialect and the columns that the caller fixes instead of having them found.
struct DelimitedOptions {
  std::vector<std::string> column_names;      ///< for files without a header
  std::vector<std::pair<std::string, ColumnType>> column_types;
  std::optional<char> delimiter, decimal;
  std::optional<std::string> encoding;
  /// Dialect and columns as an earlier reading found them (a data set's manifest): nothing is detected again.
  std::optional<Dialect> dialect;
  std::vector<Column> columns;
};

/// Streams rows of a delimited text file; memory is bounded whatever the file's size: a row is at most 64 MiB, a table
/// 262,144 columns wide. Blank lines are no rows. Cells beyond the last column are counted in Row::width only.
///
/// Types hold for the whole file: numbers never pass through another type, text with leading zeros and integers beyond
/// 64 bits stay text. A column that is empty in the sample takes the type of the first value met; columns() then tells.
class DelimitedReader {
 public:
  /// Reads the first 256 KiB (more when they hold under 16 lines) and finds dialect, columns and types. `name` is used in
  /// errors. @throws Error(input) when the stream is no delimited text (empty, zero bytes, an encoding that is not read).
  DelimitedReader(ByteStream& stream, std::string name, DelimitedOptions options = {});
  ~DelimitedReader();
  const Dialect& dialect() const;
  const std::vector<Column>& columns() const;
  /// The next row, or null at the end. Valid until the next call.
  const Row* next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A time as written ("2024-03-01T12:00:00.250Z", "01.03.2024 12:00:00,250") in nanoseconds since 1970; nothing when
/// the text is no time.
std::optional<std::int64_t> parse_timestamp(std::string_view text);
/// ISO 8601 without zone: "2024-03-01T12:00:00.25".
std::string format_timestamp(std::int64_t nanoseconds);

}  // namespace iai
