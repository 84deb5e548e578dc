#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited.hpp"

namespace iai {

/// Tells the lines of a table that are no data from rows, and keeps the first of them.
class TableNotes {
 public:
  /// Header and unit row as they stand in the file, without line ends; empty when there is none.
  void set_top(std::string_view header, std::string_view units);
  /// Is `text` the header again, or the units right behind it?
  bool repeats_top(std::string_view text, std::int64_t line, std::uint64_t byte);
  /// Is `row` sums ("Summe;;12,5") or a note ("Ende der Messung")? Only rows count whose first cell is odd in a column that is no text: what
  /// could be a value stays one.
  bool is_note(const Row& row, std::string_view text);
  /// The header as it was set: a line that begins with it may be the header again.
  std::string_view header() const { return header_; }
  std::int64_t count() const { return count_; }
  const std::vector<SkippedLine>& first() const { return first_; }

 private:
  void keep(SkippedLine::Kind kind, std::int64_t line, std::uint64_t byte, std::string_view text);
  std::string header_, units_;
  bool units_follow_ = false;
  std::int64_t count_ = 0;
  std::vector<SkippedLine> first_;
};

/// Without the carriage return and blanks at the end.
std::string_view trim_end(std::string_view line);

}  // namespace iai
