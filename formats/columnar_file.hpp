#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/row_batch.hpp"
#include "formats/tensor_file.hpp"

namespace iai {

/// How a value of a typed column is written where a text is wanted.
enum class CellStyle {
  plain,        ///< digits, true and false, the shortest text of a double, ISO 8601 without zone, text
  short_real,   ///< the shortest text of a float
  date,         ///< yyyy-mm-dd
  time_of_day,  ///< HH:MM:SS with its fraction
  utc,          ///< ISO 8601 with Z
  own,          ///< as ColumnCells::texts has it, beside the numbers
};

struct ColumnarColumn {
  Column column;
  CellStyle style = CellStyle::plain;
  std::string stored;  ///< the type as the file names it: "timestamp[ms, tz=Europe/Berlin]"
};

/// A table that is stored column by column and states its types: Parquet, Arrow IPC.
class ColumnarFile {
 public:
  virtual ~ColumnarFile() = default;
  virtual std::string format() const = 0;  ///< "Parquet", "Arrow IPC", "Arrow IPC stream"
  virtual const std::vector<ColumnarColumn>& columns() const = 0;
  /// What else the file states: who wrote it, rows, compression, its own notes.
  virtual const std::vector<std::pair<std::string, std::string>>& properties() const = 0;
  virtual const std::vector<FileFault>& faults() const = 0;
  /// The next rows into `batch`, whose columns have the types of columns(); false at the end. Texts live until the next call.
  /// @throws Error(input) when they cannot be read.
  virtual bool next(RowBatch& batch) = 0;
};

/// What `open` gives, opened and read in a process of its own that may ask for `memory` bytes: a damaged file neither crashes
/// iai nor takes its memory. @throws what `open` throws
std::unique_ptr<ColumnarFile> isolate_columnar_file(const std::string& name, std::uint64_t memory, const std::function<std::unique_ptr<ColumnarFile>()>& open);

}  // namespace iai
