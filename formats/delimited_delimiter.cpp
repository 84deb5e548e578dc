#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "formats/ascii.hpp"
#include "formats/delimited_dialect.hpp"

namespace iai {
namespace {

using Lines = std::vector<SampleLine>;

constexpr std::size_t scored_lines = 400;

/// What the cells of the usual width are, without the first such line (which may be a header).
struct CellKinds {
  std::size_t filled = 0, measured = 0, words = 0;
  double measured_share() const { return filled == 0 ? 0 : static_cast<double>(measured) / static_cast<double>(filled); }
  /// Numbers and times speak for a delimiter, words half as much, what still seems to hold several cells does not.
  double quality() const { return filled == 0 ? 0 : (static_cast<double>(measured) + 0.5 * static_cast<double>(words)) / static_cast<double>(filled); }
};

/// Text that no other delimiter would part: "läuft", "Halle 3, Tor"; not "5;3", "000 17" or "41;läuft".
bool is_word(std::string_view text) {
  if (text.find_first_of(";\t|") != std::string_view::npos) return false;
  for (std::size_t at = text.find_first_of(", "); at != std::string_view::npos; at = text.find_first_of(", ", at + 1)) {
    const bool digit_behind = at + 1 < text.size() && (is_digit(text[at + 1]) || text[at + 1] == '-');
    if (text[at] == ',' ? at + 1 < text.size() && text[at + 1] != ' ' : digit_behind && at > 0 && is_digit(text[at - 1])) return false;
  }
  return true;
}

CellKinds count_kinds(const Lines& lines, const Width& width) {
  CellKinds kinds;
  std::size_t seen = 0;
  for (const auto& line : lines) {
    if (line.cells.size() != width.cells || (seen++ == 0 && width.lines > 1)) continue;
    for (const auto cell : line.cells) {
      if (is_missing_marker(cell, ColumnType::real) || is_error_word(cell)) continue;
      ++kinds.filled;
      // Numbers kept as text (leading zeros, over 64 bits) are as good as others here.
      if (is_measured(cell) || std::all_of(cell.begin(), cell.end(), is_digit)) ++kinds.measured;
      else if (is_word(cell)) ++kinds.words;
    }
  }
  return kinds;
}

/// How well `delimiter` explains the sample: lines of one width, cells that are numbers or times.
double score(const Lines& lines, char delimiter, std::string& why) {
  const auto width = usual_width(lines);
  const auto share = static_cast<double>(width.lines) / static_cast<double>(lines.size());
  const auto kinds = count_kinds(lines, width);
  why = fmt::format("delimiter '{}': {} of {} sampled lines have {} cells, {:.0f} % of them numbers or times",
                    delimiter == '\t' ? "\\t" : std::string(1, delimiter), width.lines, lines.size(), width.cells, 100 * kinds.measured_share());
  if (width.cells < 2) return 0;
  // Any prose has blanks: they part cells only where many cells are measured and the lines agree.
  if (delimiter == ' ' && kinds.measured_share() < (share > 0.8 ? 0.25 : 0.5)) return 0;
  return share * (0.05 + 0.95 * kinds.quality());
}

/// Are most of the lines as a whole times?
bool are_times(const Lines& lines) {
  const auto times = std::count_if(lines.begin(), lines.end(), [](const SampleLine& line) { return parse_timestamp(line.cells[0]).has_value(); });
  return static_cast<std::size_t>(times) * 5 >= lines.size() * 4;
}

}  // namespace

Lines split_sample(std::string_view sample, std::size_t begin, std::int64_t lines_before, bool whole, const RecordSplitter& splitter, std::size_t most) {
  Lines lines;
  DelimitedRecord record;
  std::int64_t number = lines_before + 1;
  for (std::size_t at = begin; at < sample.size() && lines.size() < most;) {
    const auto rest = sample.substr(at);
    if (!splitter.split(rest, whole, record)) {
      // A row longer than the sample: what is there must do.
      if (!lines.empty()) break;
      splitter.split(rest, true, record);
    }
    const auto text = rest.substr(0, record.end);
    if (text.find_first_not_of(" \t\r") != std::string_view::npos) {
      SampleLine line{at, at + record.next, number, {}};
      for (const auto& cell : record.cells) line.cells.push_back(rest.substr(cell.begin, cell.end - cell.begin));
      lines.push_back(std::move(line));
    }
    number += 1 + std::count(text.begin(), text.end(), splitter.newline);
    at += record.next;
  }
  return lines;
}

Width usual_width(const Lines& lines) {
  std::map<std::size_t, std::size_t> counts;
  for (const auto& line : lines) ++counts[line.cells.size()];
  Width best;
  for (const auto& [width, count] : counts)
    if (count >= best.lines) best = {width, count};
  return best;
}

char find_delimiter(std::string_view sample, std::size_t begin, bool whole, RecordSplitter splitter, Dialect& dialect) {
  // Blanks also stand within cells that another sign parts: of equals they come last.
  constexpr double blanks_handicap = 0.8;
  char best = '\0';
  double best_score = 0;
  std::string best_why;
  for (const char candidate : {';', '\t', '|', ',', ' '}) {
    splitter.delimiter = candidate;
    std::string why;
    const auto lines = split_sample(sample, begin, 0, whole, splitter, scored_lines);
    if (lines.empty()) break;
    const auto found = score(lines, candidate, why);
    if (found * (candidate == ' ' ? blanks_handicap : 1) <= best_score) continue;
    best = candidate;
    best_score = found;
    best_why = why;
  }
  // One column: no sign parts the lines, or fewer cells are measured than whole lines (times with a blank inside).
  splitter.delimiter = '\0';
  const auto lines = split_sample(sample, begin, 0, whole, splitter, scored_lines);
  const auto single = count_kinds(lines, usual_width(lines)).measured_share();
  const bool one_column = single > best_score || (single == best_score && best == ' ' && are_times(lines));
  if (best == '\0' || one_column) {
    best = one_column ? ';' : ',';  // a comma may be the decimal sign of the only column
    best_why = "one column: no sign parts the lines into cells";
  }
  dialect.evidence.push_back(best_why);
  return best;
}

}  // namespace iai
