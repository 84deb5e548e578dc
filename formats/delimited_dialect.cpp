#include "formats/delimited_dialect.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

using Lines = std::vector<SampleLine>;

std::string cell_text(const SampleLine& line, std::size_t column) {
  if (column >= line.cells.size()) return {};
  std::string text(line.cells[column]);
  for (std::size_t at = 0; (at = text.find("\"\"", at)) != std::string::npos; ++at) text.erase(at, 1);
  return is_utf8(text) ? text : std::string();
}

std::string without_brackets(std::string unit) {
  if (unit.size() > 2 && ((unit.front() == '[' && unit.back() == ']') || (unit.front() == '(' && unit.back() == ')'))) return unit.substr(1, unit.size() - 2);
  return unit;
}

void describe_columns(const Lines& lines, std::size_t width, const TableTop& top, const Lines& data, const DelimitedOptions& options, const CellForm& form,
                      Layout& layout) {
  for (std::size_t c = 0; c < width; ++c) {
    Column column;
    if (top.header >= 0) column.name = cell_text(lines[static_cast<std::size_t>(top.header)], c);
    column.unit = unit_in_name(column.name);
    if (c < options.given.names.size()) column.name = options.given.names[c];
    if (top.units >= 0) column.unit = without_brackets(cell_text(lines[static_cast<std::size_t>(top.units)], c));
    column.type = find_type(data, c, form);
    layout.columns.push_back(std::move(column));
  }
  make_names_unique(layout.columns);
  for (auto& column : layout.columns)
    for (const auto& [name, type] : options.column_types)
      if (name == column.name) column.type = type;
  auto& format = layout.dialect.timestamp_format;
  for (std::size_t c = 0; c < width && format.empty(); ++c)
    for (const auto& line : data)
      if (layout.columns[c].type == ColumnType::timestamp && c < line.cells.size() && format.empty()) format = describe_timestamp(line.cells[c]);
}

/// "sep=;" in the first line, as spreadsheets write it.
char told_delimiter(std::string_view sample) {
  if (sample.size() < 6 || (sample[5] != '\n' && sample[5] != '\r')) return '\0';
  return sample.starts_with("sep=") || sample.starts_with("SEP=") ? sample[4] : '\0';
}

bool has_trailing_delimiter(const Lines& lines, std::size_t width, char delimiter, std::ptrdiff_t header) {
  if (width < 2 || delimiter == ' ') return false;
  if (header >= 0 && lines[static_cast<std::size_t>(header)].cells.size() >= width && !lines[static_cast<std::size_t>(header)].cells[width - 1].empty())
    return false;
  return std::all_of(lines.begin(), lines.end(), [&](const auto& line) { return line.cells.size() < width || line.cells[width - 1].empty(); });
}

/// First byte behind `lines` line ends.
std::size_t behind_lines(std::string_view sample, std::int64_t lines, char newline) {
  std::size_t at = 0;
  for (; lines > 0 && at < sample.size(); --lines) {
    const auto end = sample.find(newline, at);
    at = end == std::string_view::npos ? sample.size() : end + 1;
  }
  return at;
}

std::string line_text(std::string_view sample, const Lines& lines, std::ptrdiff_t index, char newline) {
  if (index < 0 || static_cast<std::size_t>(index) >= lines.size()) return {};
  const auto& line = lines[static_cast<std::size_t>(index)];
  auto text = sample.substr(line.begin, line.next - line.begin);
  if (text.ends_with(newline)) text.remove_suffix(1);
  return std::string(text);
}

/// Decides on the delimiter and splits the sample behind the preamble that is told.
Lines split_lines(std::string_view sample, bool whole, RecordSplitter& splitter, const GivenDialect& given, Dialect& dialect) {
  const auto begin = given.preamble_lines ? behind_lines(sample, *given.preamble_lines, splitter.newline) : 0;
  const char told = told_delimiter(sample);
  splitter.delimiter = given.delimiter ? *given.delimiter : told != '\0' ? told : find_delimiter(sample, begin, whole, splitter, dialect);
  if (given.delimiter) dialect.evidence.push_back("delimiter: as told");
  else if (told != '\0') dialect.evidence.push_back(fmt::format("delimiter '{}': the first line says so", told));
  auto lines = split_sample(sample, begin, given.preamble_lines.value_or(0), whole, splitter);
  if (told != '\0' && begin == 0 && !lines.empty()) lines.erase(lines.begin());
  return lines;
}

/// Numbers and times: what is told, else what the data show.
void find_cell_form(const Lines& data, const GivenDialect& given, Layout& layout) {
  auto& dialect = layout.dialect;
  layout.decimal_found = find_number_form(data, given.decimal, dialect) || given.decimal.has_value();
  if (given.thousands) dialect.thousands = *given.thousands;
  dialect.missing = given.missing;
  dialect.error_words = given.error_words;
  dialect.timestamp_format = given.timestamp_format ? *given.timestamp_format : find_slashed_format(data, dialect);
}

}  // namespace

FormOfCells::FormOfCells(const Dialect& dialect) : thousands_(dialect.thousands) {
  if (!dialect.timestamp_format.empty()) times_ = TimestampFormat::compile(dialect.timestamp_format);
  if (times_ && times_->is_unambiguous()) times_.reset();
  const auto words = [](const std::optional<std::vector<std::string>>& from, std::vector<std::string>& to) {
    if (!from) return false;
    to = *from;
    for (auto& word : to)
      for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return true;
  };
  words_.own_missing = words(dialect.missing, words_.missing);
  words_.own_errors = words(dialect.error_words, words_.errors);
  form.numbers = {dialect.decimal, thousands_};
  form.times = times_ ? &*times_ : nullptr;
  form.words = words_.own_missing || words_.own_errors ? &words_ : nullptr;
}

Layout find_layout(std::string_view sample, bool whole, const Encoding& encoding, const DelimitedOptions& options, const std::string& file) {
  Layout layout;
  auto& dialect = layout.dialect;
  const auto& given = options.given;
  dialect.encoding = encoding.name;
  dialect.byte_order_mark = encoding.mark > 0;
  dialect.evidence.push_back(encoding.evidence);
  RecordSplitter splitter;
  if (given.quote) splitter.quote = *given.quote;
  dialect.quote = splitter.quote;
  if (sample.find('\n') == std::string_view::npos && sample.find('\r') != std::string_view::npos) splitter.newline = '\r';
  layout.newline = splitter.newline;
  if (sample.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw Error(ErrorKind::input, file + ": holds blank lines only", "copy the file again; its writer may have failed");

  auto lines = split_lines(sample, whole, splitter, given, dialect);
  dialect.delimiter = splitter.delimiter;
  if (lines.empty()) throw Error(ErrorKind::input, file + ": has no rows", "copy the file again; its writer may have failed");
  const auto usual = usual_width(lines);
  if (usual.cells > most_columns) throw Error(ErrorKind::input, fmt::format("{}: over {} columns", file, most_columns), "is this delimited text?");
  std::size_t width = usual.cells;
  dialect.confidence = static_cast<double>(usual.lines) / static_cast<double>(lines.size());
  const auto top = find_top(lines, width, given);
  dialect.header = top.header >= 0;
  dialect.unit_row = top.units >= 0;
  dialect.trailing_delimiter = has_trailing_delimiter(lines, width, dialect.delimiter, top.header);
  if (dialect.trailing_delimiter) --width;
  const auto first = std::min(top.data, lines.size());
  const auto begin = top.header >= 0 ? top.header : top.units >= 0 ? top.units : static_cast<std::ptrdiff_t>(first);
  const auto first_line = static_cast<std::size_t>(begin) < lines.size() ? lines[static_cast<std::size_t>(begin)].number : lines.back().number + 1;
  dialect.preamble_lines = first_line - 1;
  dialect.evidence.push_back(dialect.header ? fmt::format("header in line {}: {}", first_line, given.header ? "as told" : "words above measured columns")
                             : given.header ? std::string("no header: as told")
                                            : std::string("no header: the first row is as measured as the others"));
  layout.header_line = line_text(sample, lines, top.header, splitter.newline);
  layout.unit_line = line_text(sample, lines, top.units, splitter.newline);
  Lines data(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end());
  // A header that comes again speaks against no type.
  std::erase_if(data, [&](const SampleLine& line) {
    return (top.header >= 0 && line.cells == lines[static_cast<std::size_t>(top.header)].cells) ||
           (top.units >= 0 && line.cells == lines[static_cast<std::size_t>(top.units)].cells);
  });
  find_cell_form(data, given, layout);
  describe_columns(lines, width, top, data, options, FormOfCells(dialect).form, layout);
  layout.data_begin = first < lines.size() ? lines[first].begin : lines.back().next;
  layout.lines_before = first < lines.size() ? lines[first].number - 1 : lines.back().number;
  return layout;
}

}  // namespace iai
