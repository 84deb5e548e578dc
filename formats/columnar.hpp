#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/columnar_file.hpp"
#include "formats/row_reader.hpp"

namespace iai {

enum class ColumnarKind { none, parquet, arrow_file, arrow_stream, feather_1 };
/// By content. @param head  the first bytes of the file, 16 where it has them
ColumnarKind columnar_kind(std::string_view head);

/// The rows of a Parquet or Arrow IPC (Feather) file. Types are the file's: integers are exact, an unsigned one beyond 63 bits
/// is text where the first rows hold such, else odd; decimals are real and keep their digits as text; dates, times of day and
/// time stamps are times in nanoseconds (those with a zone in UTC), durations integers with their unit; dictionaries are what
/// they stand for; members of structs are columns by their path ("motor.current"). NaN is missing, infinity odd, as is text
/// with broken UTF-8 or zero bytes. Lists, maps and unions are left out, with a fault that names the column.
///
/// Read by row groups and record batches, in a process of its own, with 192 MiB and twice the file's size to work with, at
/// most 2 GiB. Where a file breaks in the midst, next() gives a last row with the fault and next_batch() throws.
/// @source Apache Parquet format 2.x; Arrow Columnar Format 1.x, "Serialization and Interprocess Communication (IPC)"
class ColumnarReader : public RowReader {
 public:
  virtual std::string format() const = 0;
  virtual const std::vector<std::pair<std::string, std::string>>& properties() const = 0;
  virtual const std::vector<FileFault>& faults() const = 0;
  virtual const std::vector<ColumnarColumn>& stored_columns() const = 0;
  /// The next rows column by column, or null at the end. Valid until the next call. @throws Error(input)
  virtual const RowBatch* next_batch() = 0;
  bool names_columns() const override { return true; }
};

/// @param name   used in errors
/// @param types  fixed by the caller, by name: cells are then read as their text means
/// @throws Error(input) when it is damaged, encrypted or holds no column of values; Error(environment) when iai_arrow.so or
/// the libraries of Arrow are missing.
std::unique_ptr<ColumnarReader> open_columnar(ColumnarKind kind, const std::filesystem::path& path, const std::string& name,
                                              const std::vector<std::pair<std::string, ColumnType>>& types = {});

/// `columns` as an earlier reading found them, as types by name.
std::vector<std::pair<std::string, ColumnType>> types_by_name(const std::vector<Column>& columns);

}  // namespace iai
