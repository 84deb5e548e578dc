#include "formats/delimited_dialect.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

using Lines = std::vector<SampleLine>;

constexpr std::size_t scored_lines = 400;

/// Splits the sample's lines that are not blank; at most `most`.
Lines split_sample(std::string_view sample, bool whole, const RecordSplitter& splitter, std::size_t most) {
  Lines lines;
  DelimitedRecord record;
  std::int64_t number = 1;
  for (std::size_t at = 0; at < sample.size() && lines.size() < most;) {
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

struct Width {
  std::size_t cells = 1, lines = 0;
};

/// The width most lines have. Of equally frequent widths the larger: a preamble is narrower than its table.
Width usual_width(const Lines& lines) {
  std::map<std::size_t, std::size_t> counts;
  for (const auto& line : lines) ++counts[line.cells.size()];
  Width best;
  for (const auto& [width, count] : counts)
    if (count >= best.lines) best = {width, count};
  return best;
}

/// Share of the filled cells that are numbers or times in lines of the usual width, without the first such line (which
/// may be a header).
double measured_share(const Lines& lines, const Width& width) {
  std::size_t filled = 0, measured = 0, seen = 0;
  for (const auto& line : lines) {
    if (line.cells.size() != width.cells || (seen++ == 0 && width.lines > 1)) continue;
    for (const auto cell : line.cells) {
      if (is_missing_marker(cell, ColumnType::real) || is_error_word(cell)) continue;
      ++filled;
      measured += is_measured(cell) ? 1 : 0;
    }
  }
  return filled == 0 ? 0 : static_cast<double>(measured) / static_cast<double>(filled);
}

/// How well `delimiter` explains the sample: lines of one width, cells that are numbers or times.
double score(const Lines& lines, char delimiter, std::string& why) {
  const auto width = usual_width(lines);
  const auto share = static_cast<double>(width.lines) / static_cast<double>(lines.size());
  const auto measured = measured_share(lines, width);
  why = fmt::format("delimiter '{}': {} of {} sampled lines have {} cells, {:.0f} % of them numbers or times",
                    delimiter == '\t' ? "\\t" : std::string(1, delimiter), width.lines, lines.size(), width.cells, 100 * measured);
  if (width.cells < 2) return 0;
  // Any prose has blanks: they part cells only where most cells are measured.
  if (delimiter == ' ' && measured < 0.5) return 0;
  return share * (0.1 + 0.9 * measured);
}

char find_delimiter(std::string_view sample, bool whole, RecordSplitter splitter, Dialect& dialect) {
  char best = '\0';
  double best_score = 0;
  std::string best_why;
  for (const char candidate : {';', '\t', '|', ',', ' '}) {
    splitter.delimiter = candidate;
    std::string why;
    const auto lines = split_sample(sample, whole, splitter, scored_lines);
    const auto candidate_score = score(lines, candidate, why);
    if (candidate_score > best_score) {
      best = candidate;
      best_score = candidate_score;
      best_why = why;
    }
  }
  // One column: no sign parts the lines, or fewer cells are measured than whole lines (times with a blank inside).
  splitter.delimiter = '\0';
  const auto lines = split_sample(sample, whole, splitter, scored_lines);
  const auto single = measured_share(lines, usual_width(lines));
  if (best == '\0' || single > best_score) {
    best = ',';
    best_why = "one column: no sign parts the lines into cells";
    if (single > best_score) best = ';';  // a comma may be the decimal sign of the only column
  }
  dialect.evidence.push_back(best_why);
  return best;
}

bool is_neutral(std::string_view text) { return is_missing_marker(text, ColumnType::real) || is_error_word(text); }

/// Where header and data begin among the lines of the sample.
class TopOfTable {
 public:
  TopOfTable(const Lines& lines, std::size_t width) : lines_(lines), width_(width) {
    std::size_t fitting = 0;
    for (const auto& line : lines) fitting += line.cells.size() == width ? 1 : 0;
    measured_.resize(width);
    for (std::size_t c = 0; c < width; ++c) measured_[c] = is_measured_column(c, std::min<std::size_t>(5, fitting / 2));
  }

  /// Index of the first data line; sets header and unit row (line indexes, or -1).
  std::size_t find(std::ptrdiff_t& header, std::ptrdiff_t& units) const {
    auto data = first_data();
    while (data > 0 && lines_[data - 1].cells.size() == width_ && !is_header(data - 1) && !is_unit_row(data - 1) &&
           mostly_filled(data - 1))
      --data;
    header = units = -1;
    if (data > 1 && is_unit_row(data - 1) && is_header(data - 2)) {
      units = static_cast<std::ptrdiff_t>(data) - 1;
      header = units - 1;
    } else if (data > 0 && is_header(data - 1)) {
      header = static_cast<std::ptrdiff_t>(data) - 1;
    }
    return data;
  }

 private:
  bool is_measured_column(std::size_t column, std::size_t skipped) const {
    std::size_t filled = 0, measured = 0, seen = 0;
    for (const auto& line : lines_) {
      if (line.cells.size() != width_ || seen++ < skipped || is_neutral(line.cells[column])) continue;
      ++filled;
      measured += is_measured(line.cells[column]) ? 1 : 0;
    }
    return measured > 0 && measured * 2 >= filled;
  }

  std::size_t first_data() const {
    std::size_t first_of_width = lines_.size();
    const bool any = std::find(measured_.begin(), measured_.end(), true) != measured_.end();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].cells.size() != width_) continue;
      first_of_width = std::min(first_of_width, i);
      std::size_t filled = 0, measured = 0;
      for (std::size_t c = 0; c < width_; ++c) {
        if (!measured_[c] || is_neutral(lines_[i].cells[c])) continue;
        ++filled;
        measured += is_measured(lines_[i].cells[c]) ? 1 : 0;
      }
      if (any && measured > 0 && measured * 2 > filled) return i;
    }
    // Words only: the first line is the header when each of its cells is there and differs from the others.
    return any ? first_of_width : first_of_width + (is_header(first_of_width) && width_ > 1 ? 1 : 0);
  }

  bool mostly_filled(std::size_t index) const {
    const auto& cells = lines_[index].cells;
    const auto filled = std::count_if(cells.begin(), cells.end(), [](auto cell) { return !cell.empty(); });
    return static_cast<std::size_t>(filled) * 2 >= cells.size();
  }

  bool is_header(std::size_t index) const {
    if (index >= lines_.size()) return false;
    auto cells = lines_[index].cells;
    if (cells.size() != width_ && cells.size() != width_ - 1 && !(cells.size() == width_ + 1 && cells.back().empty())) return false;
    if (cells.size() > 1 && cells.back().empty()) cells.pop_back();
    std::size_t measured = 0, filled = 0;
    for (const auto cell : cells) {
      filled += cell.empty() ? 0 : 1;
      measured += is_measured(cell) ? 1 : 0;
    }
    return filled > 0 && filled * 2 >= cells.size() && measured * 10 <= cells.size() && !is_neutral(cells[0]);
  }

  bool is_unit_row(std::size_t index) const {
    const auto& cells = lines_[index].cells;
    if (cells.size() + 1 < width_ || cells.size() > width_ + 1) return false;
    std::size_t filled = 0, units = 0;
    for (const auto cell : cells) {
      filled += cell.empty() || cell == "-" ? 0 : 1;
      units += is_unit(cell) ? 1 : 0;
    }
    return units > 0 && units * 2 >= filled;
  }

  const Lines& lines_;
  std::size_t width_;
  std::vector<bool> measured_;
};

std::string cell_text(const SampleLine& line, std::size_t column) {
  if (column >= line.cells.size()) return {};
  std::string text(line.cells[column]);
  for (std::size_t at = 0; (at = text.find("\"\"", at)) != std::string::npos; ++at) text.erase(at, 1);
  return is_utf8(text) ? text : std::string();
}

void describe_columns(const Lines& lines, std::size_t width, std::ptrdiff_t header, std::ptrdiff_t units,
                      const Lines& data, const DelimitedOptions& options, Layout& layout) {
  const NumberForm form{layout.dialect.decimal, layout.dialect.thousands};
  for (std::size_t c = 0; c < width; ++c) {
    Column column;
    if (header >= 0) column.name = cell_text(lines[static_cast<std::size_t>(header)], c);
    if (c < options.column_names.size()) column.name = options.column_names[c];
    column.unit = unit_in_name(column.name);
    if (units >= 0) column.unit = cell_text(lines[static_cast<std::size_t>(units)], c);
    if (column.unit.size() > 2 && column.unit.front() == '[' && column.unit.back() == ']')
      column.unit = column.unit.substr(1, column.unit.size() - 2);
    column.type = find_type(data, c, form);
    layout.columns.push_back(std::move(column));
  }
  make_names_unique(layout.columns);
  for (auto& column : layout.columns)
    for (const auto& [name, type] : options.column_types)
      if (name == column.name) column.type = type;
  for (std::size_t c = 0; c < width && layout.dialect.timestamp_format.empty(); ++c)
    for (const auto& line : data)
      if (layout.columns[c].type == ColumnType::timestamp && c < line.cells.size() && layout.dialect.timestamp_format.empty())
        layout.dialect.timestamp_format = describe_timestamp(line.cells[c]);
}

/// "sep=;" in the first line, as spreadsheets write it.
char told_delimiter(std::string_view sample) {
  if (sample.size() < 6 || (sample[5] != '\n' && sample[5] != '\r')) return '\0';
  return sample.starts_with("sep=") || sample.starts_with("SEP=") ? sample[4] : '\0';
}

bool has_trailing_delimiter(const Lines& lines, std::size_t width, char delimiter, std::ptrdiff_t header) {
  if (width < 2 || delimiter == ' ') return false;
  if (header >= 0 && lines[static_cast<std::size_t>(header)].cells.size() >= width &&
      !lines[static_cast<std::size_t>(header)].cells[width - 1].empty())
    return false;
  return std::all_of(lines.begin(), lines.end(), [&](const auto& line) { return line.cells.size() < width || line.cells[width - 1].empty(); });
}

}  // namespace

Layout find_layout(std::string_view sample, bool whole, const Encoding& encoding, const DelimitedOptions& options,
                   const std::string& file) {
  Layout layout;
  auto& dialect = layout.dialect;
  dialect.encoding = encoding.name;
  dialect.byte_order_mark = encoding.mark > 0;
  dialect.evidence.push_back(encoding.evidence);
  RecordSplitter splitter;
  if (sample.find('\n') == std::string_view::npos && sample.find('\r') != std::string_view::npos) splitter.newline = '\r';
  layout.newline = splitter.newline;
  if (sample.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw Error(ErrorKind::input, file + ": holds blank lines only", "copy the file again; its writer may have failed");

  const char told = told_delimiter(sample);
  splitter.delimiter = options.delimiter ? *options.delimiter : told != '\0' ? told : find_delimiter(sample, whole, splitter, dialect);
  if (options.delimiter) dialect.evidence.push_back("delimiter: as told");
  else if (told != '\0') dialect.evidence.push_back(fmt::format("delimiter '{}': the first line says so", told));
  dialect.delimiter = splitter.delimiter;
  auto lines = split_sample(sample, whole, splitter, sample.size());
  if (told != '\0') lines.erase(lines.begin());
  if (lines.empty()) throw Error(ErrorKind::input, file + ": has no rows", "copy the file again; its writer may have failed");
  const auto usual = usual_width(lines);
  if (usual.cells > most_columns)
    throw Error(ErrorKind::input, fmt::format("{}: over {} columns", file, most_columns), "is this delimited text?");
  std::size_t width = usual.cells;
  dialect.confidence = static_cast<double>(usual.lines) / static_cast<double>(lines.size());
  std::ptrdiff_t header = -1, units = -1;
  auto first = TopOfTable(lines, width).find(header, units);
  if (!options.column_names.empty()) header = units = -1;
  dialect.header = header >= 0;
  dialect.unit_row = units >= 0;
  dialect.trailing_delimiter = has_trailing_delimiter(lines, width, dialect.delimiter, header);
  if (dialect.trailing_delimiter) --width;
  const auto top = lines.begin() + (header >= 0 ? header : static_cast<std::ptrdiff_t>(first));
  dialect.preamble_lines = (top == lines.end() ? lines.back().number + 1 : top->number) - 1;
  dialect.evidence.push_back(dialect.header ? fmt::format("header in line {}: words above measured columns", top->number)
                                            : std::string("no header: the first row is as measured as the others"));
  const Lines data(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end());
  layout.decimal_found = find_number_form(data, dialect) || options.decimal.has_value();
  if (options.decimal) dialect.decimal = *options.decimal;
  describe_columns(lines, width, header, units, data, options, layout);
  layout.data_begin = first < lines.size() ? lines[first].begin : lines.back().next;
  layout.lines_before = first < lines.size() ? lines[first].number - 1 : lines.back().number;
  return layout;
}

}  // namespace iai
