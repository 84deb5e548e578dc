#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "formats/ascii.hpp"
#include "formats/delimited_dialect.hpp"

namespace iai {
namespace {

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

/// Signs between thousands other than point and comma: apostrophes and blanks (also narrow and no-break).
constexpr std::array<std::string_view, 6> grouping_signs{"'", "\xE2\x80\x99", " ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};

/// What the separators in one number say.
struct Separators {
  std::size_t comma_decimal = 0, point_decimal = 0;  // certainly a decimal sign
  std::size_t comma_group = 0, point_group = 0;      // certainly between thousands
  std::size_t comma_either = 0, point_either = 0;    // "1,234"
};

bool is_grouped(std::string_view text, char sign) {
  std::size_t at = text.find(sign);
  if (at == 0 || at > 3 || !all_digits(text.substr(0, at))) return false;
  for (; at < text.size(); at += 4)
    if (text[at] != sign || text.size() - at < 4 || !all_digits(text.substr(at + 1, 3))) return false;
  return true;
}

void look_at(std::string_view text, Separators& found) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (const auto exponent = text.find_first_of("eE"); exponent != std::string_view::npos) text = text.substr(0, exponent);
  if (text.empty() || text.find_first_not_of("0123456789.,") != std::string_view::npos) return;
  const auto commas = std::count(text.begin(), text.end(), ','), points = std::count(text.begin(), text.end(), '.');
  const auto last = text.find_last_of(".,");
  if (last == std::string_view::npos || !all_digits(text.substr(last + 1))) return;
  const bool comma = text[last] == ',';
  const auto whole = text.substr(0, last);
  if (commas + points == 1) {
    const bool either = text.size() - last == 4 && !whole.empty() && whole.size() <= 3 && whole[0] != '0';
    if (either) ++(comma ? found.comma_either : found.point_either);
    else ++(comma ? found.comma_decimal : found.point_decimal);
  } else if (commas == 0 || points == 0) {
    if (is_grouped(text, text[last])) ++(comma ? found.comma_group : found.point_group);
  } else if (is_grouped(whole, comma ? '.' : ',')) {
    ++(comma ? found.comma_decimal : found.point_decimal);
    ++(comma ? found.point_group : found.comma_group);
  }
}

/// The sign between thousands other than point and comma: "1'234,5", "1 234,5".
std::string other_thousands(const std::vector<SampleLine>& lines, char decimal, char delimiter) {
  const auto& signs = grouping_signs;
  std::array<std::size_t, grouping_signs.size()> counts{};
  for (const auto& line : lines)
    for (const auto cell : line.cells)
      for (std::size_t i = 0; i < signs.size(); ++i) {
        if ((delimiter == ' ' && signs[i] == " ") || cell.find(signs[i]) == std::string_view::npos) continue;
        std::int64_t integer = 0;
        double number = 0;
        counts[i] += parse_number(cell, {decimal, signs[i]}, integer, number) != NumberKind::none ? 1 : 0;
      }
  const auto best = std::max_element(counts.begin(), counts.end());
  return *best == 0 ? std::string() : std::string(signs[static_cast<std::size_t>(best - counts.begin())]);
}

}  // namespace

bool find_number_form(const std::vector<SampleLine>& lines, std::optional<char> decimal, Dialect& dialect) {
  Separators found;
  for (const auto& line : lines)
    for (const auto cell : line.cells) look_at(cell, found);
  const bool comma_delimited = dialect.delimiter == ',';
  // Three digits behind the only comma of every number: a logger with three decimals is likelier than bare thousands.
  const bool comma = decimal                                      ? *decimal == ','
                     : found.comma_decimal != found.point_decimal ? found.comma_decimal > found.point_decimal
                     : found.comma_decimal > 0                    ? dialect.delimiter == ';'  // as many "8.30" as "12,5"
                                               : found.point_decimal == 0 && found.comma_group == 0 && found.comma_either > 0 && !comma_delimited;
  dialect.decimal = comma ? ',' : '.';
  const auto decimals = comma ? found.comma_decimal : found.point_decimal;
  const auto contrary = comma ? found.point_decimal : found.comma_decimal;
  const auto grouped = comma ? found.point_group + found.point_either : found.comma_group + found.comma_either;
  // Numbers that can only be grouped say so by themselves; "1.234" needs company, and few that speak against it.
  const auto certain = comma ? found.point_group : found.comma_group;
  if (certain > 0 || (grouped > 0 && decimals > 0 && contrary * 5 <= grouped)) dialect.thousands = comma ? "." : ",";
  else dialect.thousands = other_thousands(lines, dialect.decimal, dialect.delimiter);
  if (decimal) dialect.evidence.push_back(fmt::format("decimal '{}': as told", *decimal));
  else dialect.evidence.push_back(fmt::format("decimal '{}': {} numbers that can be read no other way, {} the other way", dialect.decimal, decimals, contrary));
  return decimals + contrary + found.comma_either + found.point_either > 0;
}

bool is_measured(std::string_view text) {
  std::int64_t integer = 0;
  double number = 0;
  const auto is_number = [&](char decimal, std::string_view thousands) {
    return parse_number(text, {decimal, thousands}, integer, number) != NumberKind::none;
  };
  if (is_number('.', ",") || is_number(',', ".") || parse_timestamp(text)) return true;
  int first = 0, second = 0;
  if (text.size() >= 8 && text.size() <= 32 && !describe_slashed(text, first, second).empty()) return true;
  return std::any_of(grouping_signs.begin(), grouping_signs.end(),
                     [&](auto sign) { return text.find(sign) != std::string_view::npos && (is_number('.', sign) || is_number(',', sign)); });
}

std::string find_slashed_format(const std::vector<SampleLine>& lines, Dialect& dialect) {
  std::string format;
  std::size_t day_first = 0, month_first = 0;
  for (const auto& line : lines)
    for (const auto cell : line.cells) {
      int first = 0, second = 0;
      if (cell.find('/') > 2) continue;
      const auto here = describe_slashed(cell, first, second);
      if (here.empty() || first > 31 || second > 31) continue;
      if (format.empty()) format = here;
      day_first += first > 12 ? 1 : 0;
      month_first += second > 12 ? 1 : 0;
    }
  if (format.empty()) return format;
  const bool month = month_first > day_first;
  if (month) format = "mm/dd" + format.substr(5);
  dialect.evidence.push_back(fmt::format("dates {}: {} with a first number over 12, {} with a second{}", format.substr(0, 5), day_first, month_first,
                                         day_first + month_first == 0 ? "; a guess, state timestamp_format" : ""));
  return format;
}

ColumnType find_type(const std::vector<SampleLine>& lines, std::size_t column, const CellForm& form) {
  std::size_t present = 0, integers = 0, reals = 0, times = 0, booleans = 0, codes = 0;
  for (const auto& line : lines) {
    if (column >= line.cells.size()) continue;
    const auto text = line.cells[column];
    if (is_missing_marker(text, ColumnType::real, form.words) || is_error_word(text, form.words)) continue;
    ++present;
    const auto type = type_of_text(text, form);
    integers += type == ColumnType::integer ? 1 : 0;
    reals += type == ColumnType::real ? 1 : 0;
    times += type == ColumnType::timestamp ? 1 : 0;
    booleans += type == ColumnType::boolean ? 1 : 0;
    codes += type == ColumnType::text && all_digits(text) ? 1 : 0;  // leading zeros, or beyond 64 bits
  }
  const auto most = [&](std::size_t count) { return count > 0 && count * 5 >= present * 4; };
  if (present == 0) return ColumnType::empty;
  if (codes > 0 && reals == 0) return ColumnType::text;
  if (most(integers + reals)) return reals > 0 ? ColumnType::real : ColumnType::integer;
  if (most(times)) return ColumnType::timestamp;
  return most(booleans) ? ColumnType::boolean : ColumnType::text;
}

bool is_unit(std::string_view text) {
  if (text.size() > 2 && (text.front() == '[' || text.front() == '(') && (text.back() == ']' || text.back() == ')'))
    text = trim_blanks(text.substr(1, text.size() - 2));
  // NOLINTBEGIN(bugprone-suspicious-missing-comma): a letter would be read as part of the byte before it
  static const std::unordered_set<std::string_view> units{
      "\xC2\xB0"
      "C",
      "\xC2\xB0"
      "F",
      "\xC2\xB0",
      "degC",
      "degF",
      "deg",
      "K",
      "C",
      "bar",
      "mbar",
      "Pa",
      "hPa",
      "kPa",
      "MPa",
      "psi",
      "mm",
      "cm",
      "m",
      "km",
      "\xC2\xB5m",
      "\xCE\xBCm",
      "um",
      "nm",
      "mil",
      "in",
      "inch",
      "ft",
      "s",
      "ms",
      "\xC2\xB5s",
      "us",
      "min",
      "h",
      "d",
      "A",
      "mA",
      "kA",
      "V",
      "mV",
      "kV",
      "W",
      "kW",
      "MW",
      "kWh",
      "MWh",
      "Wh",
      "VA",
      "kVA",
      "var",
      "kvar",
      "Hz",
      "kHz",
      "MHz",
      "GHz",
      "rpm",
      "RPM",
      "1/min",
      "U/min",
      "min-1",
      "1/s",
      "%",
      "%rF",
      "%RH",
      "ppm",
      "ppb",
      "g",
      "kg",
      "t",
      "mg",
      "lb",
      "N",
      "kN",
      "MN",
      "Nm",
      "kNm",
      "mNm",
      "J",
      "kJ",
      "MJ",
      "m/s",
      "km/h",
      "mm/s",
      "m/s2",
      "m/s\xC2\xB2",
      "mm/s2",
      "m/s^2",
      "l/min",
      "l/h",
      "l/s",
      "m3/h",
      "m\xC2\xB3/h",
      "m3/s",
      "m\xC2\xB3/s",
      "Nm3/h",
      "kg/h",
      "kg/s",
      "t/h",
      "l",
      "ml",
      "m3",
      "m\xC2\xB3",
      "m2",
      "m\xC2\xB2",
      "mm2",
      "dB",
      "dBA",
      "dB(A)",
      "Ohm",
      "kOhm",
      "MOhm",
      "\xCE\xA9",
      "\xE2\x84\xA6",
      "k\xCE\xA9",
      "F",
      "H",
      "T",
      "mT",
      "lm",
      "lx",
      "rad",
      "rad/s",
      "\xC2\xB0/s",
      "1",
      "g/l",
      "mg/l",
      "pH",
      "\xC2\xB5S/cm",
      "mS/cm",
      "W/m2",
      "W/m\xC2\xB2",
      "cycles",
      "Stk",
      "St\xC3\xBC"
      "ck",
      "pcs",
      "psia",
      "pps",
      "lbm/s",
      "N/mm2",
      "N/mm\xC2\xB2",
      "mm/min",
      "cos phi",
      "g (RMS)",
      "gE",
      "counts",
      "digits",
      "K/min",
      "\xC2\xB0"
      "C/min",
      "J/kg",
      "kJ/kg",
      "HV",
      "HRC",
      "yyyy-mm-dd",
      "date",
      "time"};
  // NOLINTEND(bugprone-suspicious-missing-comma)
  return units.contains(text);
}

std::string unit_in_name(std::string_view name) {
  if (name.size() < 4) return {};
  const char close = name.back();
  const auto open = name.rfind(close == ']' ? '[' : close == ')' ? '(' : '\n');
  if (open == std::string_view::npos || open == 0) return {};
  const auto inside = trim_blanks(name.substr(open + 1, name.size() - open - 2));
  return close == ']' || is_unit(inside) ? std::string(inside) : std::string();
}

void make_names_unique(std::vector<Column>& columns) {
  std::unordered_set<std::string> taken;
  std::unordered_map<std::string, int> copies;  // by name: the number of the last one
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto& name = columns[c].name;
    if (name.empty()) name = fmt::format("column_{}", c + 1);
    const auto base = name;
    if (taken.insert(name).second) continue;
    int& copy = copies.try_emplace(base, 1).first->second;
    while (!taken.insert(name).second) name = fmt::format("{} ({})", base, ++copy);
  }
}

}  // namespace iai
