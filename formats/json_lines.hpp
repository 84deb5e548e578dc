#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/delimited.hpp"
#include "formats/row_reader.hpp"

namespace iai {

/// Does a file that begins with `head` hold one JSON object a line? `name` decides by its ending (.jsonl, .ndjson) where
/// the content leaves it open. @param whole  `head` is the whole file
bool is_json_lines(std::string_view head, bool whole, std::string_view name);

/// Streams JSON Lines: each line an object, each member a column. Members of objects inside are named by their path
/// ("motor.current"), arrays are text as written. A line that is no object is a row with a fault and stops nothing.
/// Memory is bounded: a line is at most 16 MiB long, a table 262,144 columns wide, an object 64 levels deep.
///
/// Columns and types come from the first mebibyte: a type holds where four in five values have it, else the column is
/// text. Members met later only are counted in Row::width. Integers are exact up to 64 bits, larger ones stay text.
/// A number in quotes is text.
/// @source jsonlines.org; RFC 8259
class JsonLinesReader : public RowReader {
 public:
  bool names_columns() const override { return true; }
  /// Members that are no columns because they came late, with the line of the first: the first 16 of them.
  virtual const std::vector<std::pair<std::string, std::int64_t>>& late_members() const = 0;
};

/// @param columns  as an earlier reading found them; empty: found anew   @param types  fixed by the caller, by name
/// @throws Error(input) when no line of the first mebibyte is an object, Error(environment) when iai_json_lines.so is missing.
std::unique_ptr<JsonLinesReader> open_json_lines(ByteStream& stream, const std::string& name, const std::vector<Column>& columns = {},
                                                 const std::vector<std::pair<std::string, ColumnType>>& types = {});

/// Opens delimited text, JSON Lines, Parquet, Arrow IPC or an image, told apart by content.
/// @throws Error(input) as the readers do.
std::unique_ptr<RowReader> open_rows(ByteStream& stream, std::string name, const DelimitedOptions& options = {});

}  // namespace iai
