#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

struct RowBatch;  // formats/row_batch.hpp

enum class ColumnType { empty, integer, real, boolean, timestamp, text };
constexpr bool is_numeric(ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; }
std::string column_type_name(ColumnType type);
/// The inverse; nothing when `name` is no type.
std::optional<ColumnType> find_column_type(std::string_view name);

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
  double number = 0;         ///< integer, real, boolean (0, 1); odd in an integer column: the real it holds, else NaN
  std::int64_t integer = 0;  ///< integer columns: exact; timestamp: nanoseconds since 1970-01-01T00:00 as written (UTC when it has a zone)
  std::uint64_t byte = 0;    ///< offset of the cell's first byte in the file, as stored
};

struct Row {
  std::int64_t number = 0;                  ///< data rows from 1
  std::int64_t line = 0;                    ///< line of the file, from 1
  std::uint64_t byte = 0;                   ///< offset of the row's first byte
  std::vector<Cell> cells;                  ///< one for each column; ragged rows are filled with missing cells
  std::size_t width = 0;                    ///< cells that the row really has, without the empty one after a trailing delimiter
  std::span<const float> fingerprint = {};  ///< what near copies of an image or a recording are told by; lives until the next row
  std::string fault;                        ///< why the row cannot be read (a broken line of JSON Lines); all its cells are missing then
};

/// A line in the table that is no data row: it is left out of the rows.
struct SkippedLine {
  enum class Kind { repeated_header, repeated_units, summary, note } kind = Kind::note;
  std::int64_t line = 0;
  std::uint64_t byte = 0;
  std::string text;  ///< its beginning
};
std::string skipped_kind_name(SkippedLine::Kind kind);

/// A table that streams row by row, whatever the format of the file.
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// A column that was empty in the sample takes the type of the first value met.
  virtual const std::vector<Column>& columns() const = 0;
  /// The next row, or null at the end. Valid until the next call.
  virtual const Row* next() = 0;
  /// The next rows, column by column and often much faster: `batches` then holds them in the order of the file, as many as
  /// suit `threads` (TBB's current arena is used). False at the end. They mean what next() means; both may be mixed. Valid
  /// until the next call.
  virtual bool next_batches(std::vector<RowBatch>& batches, int threads);
  /// One row of a batch that the last next_batches() gave, as next() gives it: with the texts, lines and bytes that
  /// columns do not keep. Valid until the next call of any.
  virtual const Row& row_of(const RowBatch& batch, std::size_t row);
  /// Does the file name its columns? Else they are column_1, column_2 ...
  virtual bool names_columns() const = 0;
  /// Lines among and behind the rows read so far that are no data (a header that comes again, sums, closing notes): how many, and the first 100.
  virtual std::int64_t skipped_count() const { return 0; }
  virtual std::span<const SkippedLine> skipped() const { return {}; }

 private:
  const Row* last_ = nullptr;  // of next_batches(), where a format reads row by row
};

/// Makes a batch of one row.
void fill_batch(const Row& row, const std::vector<Column>& columns, RowBatch& batch);

}  // namespace iai
