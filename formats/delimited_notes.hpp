#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited.hpp"

namespace iai {

/// Tells the lines of a table that are no data from rows, and keeps the first of them.
class TableNotes {
 public:
  /// So many of the first are kept with their places.
  static constexpr std::size_t most_kept = 100;
  /// Header and unit row as they stand in the file, without line ends; empty when there is none.
  void set_top(std::string_view header, std::string_view units);
  /// Is `text` the header again, or the units right behind it?
  bool repeats_top(std::string_view text, std::int64_t line, std::uint64_t byte);
  /// Is `row` sums ("Summe;;12,5") or a note ("Ende der Messung")? Only rows count whose first cell is odd in a column that is no text: what
  /// could be a value stays one.
  bool is_note(const Row& row, std::string_view text);
  /// Counts a line that was told from rows elsewhere; beyond `most_kept` of them line and byte do not matter.
  void keep(SkippedLine::Kind kind, std::int64_t line, std::uint64_t byte, std::string_view text);
  /// Header and units as they were set, without what trim_end takes off.
  std::string_view header() const { return header_; }
  std::string_view units() const { return units_; }
  std::int64_t count() const { return count_; }
  const std::vector<SkippedLine>& first() const { return first_; }

 private:
  std::string header_, units_;
  bool units_follow_ = false;
  std::int64_t count_ = 0;
  std::vector<SkippedLine> first_;
};

/// "Summe", "Total:", "Mittelwert" ...: what stands in front of figures made of the rows above.
bool is_summary_word(std::string_view text);
/// Words rather than a cell that was cut off or garbled: a letter or a mark of comments first, three letters at least.
bool is_prose(std::string_view text);
/// What a row is whose `first` cell that is not missing is odd; nothing: data. @param width  cells that it has
/// @param alone  asked last: are all cells behind the first missing or odd?
template <class Alone>
std::optional<SkippedLine::Kind> kind_of_note(std::string_view first, std::size_t width, std::size_t columns, Alone&& alone) {
  if (is_summary_word(first)) return SkippedLine::Kind::summary;
  if (columns < 2 || width >= columns || !is_prose(first) || !alone()) return std::nullopt;
  return SkippedLine::Kind::note;
}

/// Without the carriage return and blanks at the end.
std::string_view trim_end(std::string_view line);

}  // namespace iai
