#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/delimited.hpp"

namespace iai {

/// A wider table is refused.
constexpr std::size_t most_columns = 262'144;

/// Where one cell lies in a record, without quotes and outer blanks. Positions count from the record's text.
struct CellSpan {
  std::size_t begin = 0, end = 0;
  bool quoted = false;
  bool doubled = false;  ///< holds doubled quotes that stand for one
};

/// One record of a text, split.
struct DelimitedRecord {
  std::vector<CellSpan> cells;  ///< at most `most_cells`
  std::size_t width = 0;        ///< cells that the record has
  std::size_t end = 0;          ///< first byte behind the record's text
  std::size_t next = 0;         ///< first byte of the next record
  bool plain_ascii = true;
};

/// Splits records at line ends and cells at the delimiter, as RFC 4180 has it, and what plants write besides: blanks
/// around quotes, quotes inside a cell, runs of blanks as the delimiter.
struct RecordSplitter {
  char delimiter = ',', quote = '"', newline = '\n';
  std::size_t most_cells = most_columns + 1;  ///< further cells are counted, not kept

  /// Splits the record at the start of `text` (8 bytes beyond its end may be read). @returns false when the record may
  /// go on behind `text`: read on and call again; never when `last`.
  bool split(std::string_view text, bool last, DelimitedRecord& record) const;

 private:
  bool split_blanks(std::string_view text, DelimitedRecord& record) const;
  std::size_t quoted_end(std::string_view text, std::size_t open, bool last, CellSpan& cell) const;
  std::size_t cell_end(std::string_view text, std::size_t at, std::uint64_t& seen) const;
};

/// How numbers are written.
struct NumberForm {
  char decimal = '.';
  std::string_view thousands = {};
};

/// Words that stand for no value or for a fault, when a dialect names its own: lower case (ASCII letters only).
struct CellWords {
  std::vector<std::string> missing, errors;
  bool own_missing = false, own_errors = false;  ///< else the built-in ones hold
};

/// How the cells of a file are written.
struct CellForm {
  NumberForm numbers = {};
  const TimestampFormat* times = nullptr;  ///< read first, before the times that need no format
  const CellWords* words = nullptr;
};

enum class NumberKind { none, integer, real };
/// Reads a whole text as a number. Leading zeros, words such as inf and integers beyond 64 bits (as integer) or 2^53 (as
/// real) are no numbers: they would not come back as written.
NumberKind parse_number(std::string_view text, const NumberForm& form, std::int64_t& integer, double& number);

/// true/false, yes/no, ja/nein, wahr/falsch, on/off, ein/aus in any case: 1, 0; -1 otherwise.
int parse_boolean(std::string_view text);
/// A time in the form's own format, or in one that parse_timestamp reads.
std::optional<std::int64_t> parse_time(std::string_view text, const CellForm& form);
/// Empty or a marker for "no value". Text columns have fewer markers: a name may be "-".
bool is_missing_marker(std::string_view text, ColumnType type, const CellWords* words = nullptr);
/// Words that loggers and spreadsheets write in place of a measured value.
bool is_error_word(std::string_view text, const CellWords* words = nullptr);
/// Sets state, number and integer of `cell` from its text under the column's type.
void interpret(Cell& cell, ColumnType type, const CellForm& form);
/// The narrowest type of one text that is neither missing nor an error word.
ColumnType type_of_text(std::string_view text, const CellForm& form);

/// The decimal sign of a text that has one, form's or the other of point and comma. @param delimiter  of the file: a point beside commas that
/// part cells needs no proof, nothing is said of it
std::optional<char> shown_decimal(std::string_view text, const CellForm& form, char delimiter);

/// `text` as a cell of comma-separated text: in quotes where it holds a comma, a quote or a line end. @source RFC 4180
std::string quoted_cell(const std::string& text);

std::string_view trim_blanks(std::string_view text);

}  // namespace iai
