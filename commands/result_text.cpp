#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "commands/result.hpp"

namespace iai {

std::string human_bytes(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (std::abs(bytes) >= 999.5 && unit + 1 < std::size(units)) {
    bytes /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f} B", bytes);
  return fmt::format("{:.{}f} {}", bytes, bytes < 9.995 ? 2 : bytes < 99.95 ? 1 : 0, units[unit]);
}

std::string human_count(std::int64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t i = digits.size(); i > 3 + (count < 0 ? 1u : 0u);) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

namespace {

std::string human_number(double value, Unit unit) {
  switch (unit) {
    case Unit::bytes: return human_bytes(value);
    case Unit::seconds: return fmt::format("{:.3g} s", value);
    case Unit::milliseconds: return std::abs(value) < 0.1 ? fmt::format("{:.3g} ms", value) : fmt::format("{:.3f} ms", value);
    case Unit::share: return fmt::format("{:.3g} %", value * 100);
    case Unit::decibels: return fmt::format("{:.1f} dB", value);
    case Unit::per_second: return fmt::format("{:.4g} /s", value);
    case Unit::joules: return fmt::format("{:.4g} J", value);
    case Unit::megahertz: return fmt::format("{:.0f} MHz", value);
    case Unit::none: return fmt::format("{:.6g}", value);
  }
  return {};
}

/// Control characters of hostile names never reach a terminal.
std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) out += '?';
    else out += c;
  }
  return out;
}

std::string cell(const Report::Field& field) {
  if (std::holds_alternative<std::monostate>(field.value)) return "-";
  if (const auto* b = std::get_if<bool>(&field.value)) return *b ? "yes" : "no";
  if (const auto* i = std::get_if<std::int64_t>(&field.value)) {
    return field.unit == Unit::none ? human_count(*i) : human_number(static_cast<double>(*i), field.unit);
  }
  if (const auto* d = std::get_if<double>(&field.value)) return human_number(*d, field.unit);
  if (const auto* s = std::get_if<std::string>(&field.value)) return printable(*s);
  if (const auto* words = std::get_if<ReportList>(&field.value)) {
    std::string joined;
    for (const auto& word : *words) joined += (joined.empty() ? "" : ", ") + printable(word);
    return joined.empty() ? "-" : joined;
  }
  // A report inside a table cell: its values in one line.
  std::string joined;
  for (const Report& row : std::get<ReportRows>(field.value)) {
    for (const auto& inner : row.fields()) joined += (joined.empty() ? "" : " ") + inner.key + "=" + cell(inner);
  }
  return joined.empty() ? "-" : joined;
}

bool is_number(const Report::Field& field) { return std::holds_alternative<std::int64_t>(field.value) || std::holds_alternative<double>(field.value); }

/// Columns, not bytes: continuation bytes of UTF-8 take no room.
std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string pad(const std::string& text, std::size_t width, bool right) {
  const std::size_t used = text_width(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return right ? blanks + text : text + blanks;
}

std::string label(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

/// In a table twelve digits of an id or digest are enough to find it again.
std::string shortened(std::string text) {
  if (text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos) text.resize(12);
  return text;
}

using Grid = std::vector<std::vector<std::string>>;

/// A wider table of few rows is turned round, so that its columns are one below the other.
constexpr std::size_t widest_table = 160;

Grid turned(const Grid& grid) {
  Grid result(grid[0].size());
  for (const auto& line : grid) {
    for (std::size_t i = 0; i < line.size(); ++i) result[i].push_back(line[i]);
  }
  return result;
}

std::vector<std::size_t> column_widths(const Grid& grid) {
  std::vector<std::size_t> widths(grid[0].size(), 0);
  for (const auto& line : grid) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], text_width(line[i]));
  }
  return widths;
}

void render_table(const ReportRows& rows, const std::string& indent, std::string& out) {
  std::vector<std::string> keys;
  for (const Report& row : rows) {
    for (const auto& field : row.fields()) {
      if (std::find(keys.begin(), keys.end(), field.key) == keys.end()) keys.push_back(field.key);
    }
  }
  Grid grid{{}};
  std::vector<bool> numeric(keys.size(), true);
  for (const auto& key : keys) grid[0].push_back(label(key));
  for (const Report& row : rows) {
    std::vector<std::string> line(keys.size(), "-");
    for (const auto& field : row.fields()) {
      const auto at = static_cast<std::size_t>(std::find(keys.begin(), keys.end(), field.key) - keys.begin());
      line[at] = shortened(cell(field));
      if (!is_number(field) && !std::holds_alternative<std::monostate>(field.value)) numeric[at] = false;
    }
    grid.push_back(std::move(line));
  }
  std::vector<std::size_t> widths = column_widths(grid);
  if (std::accumulate(widths.begin(), widths.end(), 2 * widths.size()) > widest_table && rows.size() < keys.size()) {
    grid = turned(grid);
    numeric.assign(grid[0].size(), true);
    numeric[0] = false;
    widths = column_widths(grid);
  }
  for (const auto& line : grid) {
    std::string text = indent;
    for (std::size_t i = 0; i < line.size(); ++i) text += (i ? "  " : "") + pad(line[i], widths[i], numeric[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
}

void render(const Report& report, const std::string& indent, std::string& out) {
  std::size_t width = 0;
  for (const auto& field : report.fields()) {
    if (!std::holds_alternative<ReportRows>(field.value)) width = std::max(width, text_width(field.key));
  }
  for (const auto& field : report.fields()) {
    const auto* rows = std::get_if<ReportRows>(&field.value);
    if (rows == nullptr) {
      out += indent + pad(label(field.key), width, false) + "  " + cell(field) + "\n";
    } else if (!rows->empty()) {
      out += indent + label(field.key) + "\n";
      if (field.nested) render(rows->front(), indent + "  ", out);
      else render_table(*rows, indent + "  ", out);
    }
  }
}

}  // namespace

std::string report_cell(const Report::Field& field) { return cell(field); }

std::string report_to_text(const Report& report) {
  std::string out;
  if (!report.headline().empty()) out += printable(report.headline()) + "\n";
  render(report, "", out);
  return out;
}

}  // namespace iai
