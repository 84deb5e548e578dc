#include "formats/delimited_notes.hpp"

#include <algorithm>
#include <array>

#include "formats/ascii.hpp"
#include "formats/delimited_source.hpp"

namespace iai {
namespace {

constexpr std::size_t longest_kept = 120;

bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

bool is_summary_word(std::string_view text) {
  if (text.ends_with(':')) text.remove_suffix(1);
  static constexpr std::array<std::string_view, 33> words{"sum",           "sums",
                                                          "summe",         "summen",
                                                          "gesamt",        "gesamtsumme",
                                                          "total",         "totals",
                                                          "grand total",   "subtotal",
                                                          "zwischensumme", "mittelwert",
                                                          "mittel",        "durchschnitt",
                                                          "mean",          "average",
                                                          "avg",           "min",
                                                          "max",           "minimum",
                                                          "maximum",       "minimalwert",
                                                          "maximalwert",   "stdev",
                                                          "std",           "standardabweichung",
                                                          "stabw",         "anzahl",
                                                          "count",         "median",
                                                          "somme",         "moyenne",
                                                          "totale"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return word.size() == text.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); });
  });
}

bool is_prose(std::string_view text) {
  if (text.empty() || (!is_letter(text[0]) && text.find_first_of("#*-=/!%") != 0)) return false;
  return std::count_if(text.begin(), text.end(), is_letter) >= 3;
}

std::string_view trim_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

void TableNotes::set_top(std::string_view header, std::string_view units) {
  header_ = trim_end(header);
  units_ = trim_end(units);
}

bool TableNotes::repeats_top(std::string_view text, std::int64_t line, std::uint64_t byte) {
  const bool header = !header_.empty() && text.size() >= header_.size() && trim_end(text) == header_;
  const bool units = !header && units_follow_ && trim_end(text) == units_;
  units_follow_ = header && !units_.empty();
  if (header) keep(SkippedLine::Kind::repeated_header, line, byte, text);
  if (units) keep(SkippedLine::Kind::repeated_units, line, byte, text);
  return header || units;
}

bool TableNotes::is_note(const Row& row, std::string_view text) {
  const auto first = std::find_if(row.cells.begin(), row.cells.end(), [](const Cell& cell) { return cell.state != CellState::missing; });
  if (first == row.cells.end() || first->state != CellState::odd) return false;
  const auto kind = kind_of_note(first->text, row.width, row.cells.size(), [&] {
    return std::all_of(first + 1, row.cells.end(), [](const Cell& cell) { return cell.state == CellState::missing || cell.state == CellState::odd; });
  });
  if (kind) keep(*kind, row.line, row.byte, text);
  return kind.has_value();
}

void TableNotes::keep(SkippedLine::Kind kind, std::int64_t line, std::uint64_t byte, std::string_view text) {
  if (count_++ < static_cast<std::int64_t>(most_kept)) first_.push_back({kind, line, byte, std::string(first_bytes(trim_end(text), longest_kept))});
}

}  // namespace iai
