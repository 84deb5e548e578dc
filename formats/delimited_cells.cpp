#include "formats/delimited_cells.hpp"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "formats/ascii.hpp"

namespace iai {

using namespace std::string_view_literals;

namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;
constexpr std::size_t longest_number = 128;

bool same_word(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(), [](char a, char b) { return lower(a) == b; });
}

bool is_one_of(std::string_view text, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return same_word(text, word); });
}

/// Is the cell one of the words that the dialect itself names? Sets its state then.
bool is_own_word(Cell& cell, ColumnType type, const CellWords& words) {
  const bool missing = words.own_missing && is_one_of(cell.text, words.missing);
  const bool error = !missing && words.own_errors && type != ColumnType::text && is_one_of(cell.text, words.errors);
  if (missing || error) cell.state = missing ? CellState::missing : CellState::error;
  return missing || error;
}

/// Takes the signs between groups of three digits out; false when the text is not grouped so.
bool remove_thousands(std::string_view text, const NumberForm& form, std::array<char, longest_number>& plain, std::size_t& size) {
  size = 0;
  if (text.size() > plain.size()) return false;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) plain[size++] = text[at++];
  std::size_t digits = 0;
  bool grouped = false;
  for (; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      plain[size++] = text[at];
      ++digits;
    } else if (text.substr(at).starts_with(form.thousands)) {
      if (digits == 0 || digits > 3 || (grouped && digits != 3)) return false;
      grouped = true;
      digits = 0;
      at += form.thousands.size() - 1;
    } else {
      break;
    }
  }
  if (!grouped || digits != 3) return false;
  for (; at < text.size(); ++at) plain[size++] = text[at];
  return true;
}

NumberKind parse_plain(std::string_view text, char decimal, std::int64_t& integer, double& number) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  const char* const digits = at;
  std::uint64_t value = 0;
  while (at != end && is_digit(*at)) value = value * 10 + static_cast<std::uint64_t>(*at++ - '0');
  const auto count = at - digits;
  if (count > 1 && *digits == '0') return NumberKind::none;
  if (at == end) {
    // 19 digits cannot pass 64 unsigned bits.
    if (count == 0 || count > 19 || value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return NumberKind::none;
    integer = negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
    number = static_cast<double>(integer);
    return NumberKind::integer;
  }
  if (count == 0 && *at != decimal) return NumberKind::none;
  if (*at != decimal && lower(*at) != 'e') return NumberKind::none;
  if (*at == decimal && (at + 1 == end || !is_digit(at[1]))) return NumberKind::none;
  const fast_float::parse_options options{fast_float::chars_format::general, decimal};
  const auto [stop, error] = fast_float::from_chars_advanced(digits, end, number, options);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return NumberKind::none;
  if (negative) number = -number;
  return NumberKind::real;
}

}  // namespace

NumberKind parse_number(std::string_view text, const NumberForm& form, std::int64_t& integer, double& number) {
  const auto kind = parse_plain(text, form.decimal, integer, number);
  if (kind != NumberKind::none || form.thousands.empty()) return kind;
  std::array<char, longest_number> plain;
  std::size_t size = 0;
  if (!remove_thousands(text, form, plain, size)) return kind;
  return parse_plain({plain.data(), size}, form.decimal, integer, number);
}

int parse_boolean(std::string_view text) {
  if (text.size() < 2 || text.size() > 6 || is_digit(text[0])) return -1;
  for (const auto word : {"true"sv, "yes"sv, "ja"sv, "wahr"sv, "on"sv, "ein"sv})
    if (same_word(text, word)) return 1;
  for (const auto word : {"false"sv, "no"sv, "nein"sv, "falsch"sv, "off"sv, "aus"sv})
    if (same_word(text, word)) return 0;
  return -1;
}

std::optional<std::int64_t> parse_time(std::string_view text, const CellForm& form) {
  if (form.times != nullptr)
    if (const auto time = form.times->parse(text)) return time;
  return parse_timestamp(text);
}

bool is_missing_marker(std::string_view text, ColumnType type, const CellWords* words) {
  if (text.empty()) return true;
  if (words != nullptr && words->own_missing) return is_one_of(text, words->missing);
  // "1.#QNAN" is how the C library of Windows prints a number that is none.
  if (text.size() > (type == ColumnType::text ? 5U : 9U) || (is_digit(text[0]) && !(text.size() > 2 && text[2] == '#'))) return false;
  for (const auto marker : {"-"sv, "--"sv, "nan"sv, "null"sv, "#nv"sv, "#n/a"sv, "\\n"sv, "n/a"sv, "na"sv})
    if (same_word(text, marker)) return true;
  if (type == ColumnType::text) return false;
  for (const auto marker : {"---"sv,    "----"sv,    "?"sv,       "."sv,         "*"sv,        "none"sv,    "nil"sv,      "k.a."sv,   "n.a."sv,
                            "n.v."sv,   "-nan"sv,    "+nan"sv,    "-nan(ind)"sv, "nan(ind)"sv, "1.#qnan"sv, "-1.#qnan"sv, "1.#ind"sv, "-1.#ind"sv,
                            "1.#nan"sv, "-1.#nan"sv, "1,#qnan"sv, "-1,#qnan"sv,  "1,#ind"sv,   "-1,#ind"sv, "<na>"sv,     "(null)"sv, "#na"sv})
    if (same_word(text, marker)) return true;
  return false;
}

bool is_error_word(std::string_view text, const CellWords* words) {
  if (words != nullptr && words->own_errors) return is_one_of(text, words->errors);
  if (text.size() < 3 || text.size() > 24) return false;
  if (is_digit(text[0]) && text.find('#') == std::string_view::npos) return false;  // most cells are numbers
  for (const auto word : {"bad input"sv,    "bad"sv,           "i/o timeout"sv,    "timeout"sv,        "no data"sv,        "no good data"sv, "error"sv,
                          "err"sv,          "fehler"sv,        "scan off"sv,       "scan timeout"sv,   "pt created"sv,     "configure"sv,    "comm fail"sv,
                          "comm failure"sv, "not connected"sv, "sensor failure"sv, "device failure"sv, "out of service"sv, "shutdown"sv,     "#wert!"sv,
                          "#value!"sv,      "#ref!"sv,         "#bezug!"sv,        "#div/0!"sv,        "#num!"sv,          "#zahl!"sv,       "#name?"sv,
                          "#null!"sv,       "overflow"sv,      "underflow"sv,      "overload"sv,       "overrange"sv,      "underrange"sv,   "over range"sv,
                          "under range"sv,  "ovf"sv,           "+ovf"sv,           "-ovf"sv,           "open"sv,           "inf"sv,          "+inf"sv,
                          "-inf"sv,         "infinity"sv,      "-infinity"sv,      "1.#inf"sv,         "-1.#inf"sv,        "1,#inf"sv,       "-1,#inf"sv,
                          "calc failed"sv,  "arc offline"sv,   "arc off-line"sv,   "doubtful"sv,       "questionable"sv,   "invalid"sv,      "drahtbruch"sv,
                          "wire break"sv,   "short circuit"sv, "kurzschluss"sv,    "ungueltig"sv,      "ueberlauf"sv,      "unterlauf"sv})
    if (same_word(text, word)) return true;
  for (const auto word : {"ung\xC3\xBCltig"sv,
                          "\xC3\xBC"
                          "berlauf"sv,
                          "\xC3\x9C"
                          "berlauf"sv,
                          "st\xC3\xB6rung"sv, "gest\xC3\xB6rt"sv})
    if (same_word(text, word)) return true;
  return false;
}

void interpret(Cell& cell, ColumnType type, const CellForm& form) {
  const auto text = cell.text;
  cell.number = 0;
  cell.integer = 0;
  cell.state = CellState::value;
  bool fits = true;
  if (text.empty()) {
    cell.state = CellState::missing;
    return;
  }
  // Own markers may be numbers: -999.
  if (form.words != nullptr && is_own_word(cell, type, *form.words)) return;
  if (type == ColumnType::integer || type == ColumnType::real) {
    const auto kind = parse_number(text, form.numbers, cell.integer, cell.number);
    if (kind == NumberKind::integer && (type == ColumnType::integer || std::abs(cell.integer) <= exact_in_double)) return;
    if (kind == NumberKind::real && type == ColumnType::real) return;
    fits = false;
    if (kind != NumberKind::real) cell.number = std::numeric_limits<double>::quiet_NaN();
  } else if (type == ColumnType::timestamp) {
    const auto time = parse_time(text, form);
    if (time) cell.integer = *time;
    if (time) return;
    fits = false;
  } else if (type == ColumnType::boolean) {
    const int answer = parse_boolean(text);
    cell.number = answer;
    if (answer >= 0) return;
    fits = false;
  }
  if (is_missing_marker(text, type, form.words)) {
    cell.state = CellState::missing;
  } else if (!fits) {
    cell.state = is_error_word(text, form.words) ? CellState::error : CellState::odd;
  }
}

ColumnType type_of_text(std::string_view text, const CellForm& form) {
  std::int64_t integer = 0;
  double number = 0;
  const auto kind = parse_number(text, form.numbers, integer, number);
  if (kind == NumberKind::integer) return ColumnType::integer;
  if (kind == NumberKind::real) return ColumnType::real;
  if (parse_time(text, form)) return ColumnType::timestamp;
  return parse_boolean(text) >= 0 ? ColumnType::boolean : ColumnType::text;
}

std::optional<char> shown_decimal(std::string_view text, const CellForm& form, char delimiter) {
  if (delimiter == ',' && form.numbers.decimal != ',') return std::nullopt;
  NumberForm other = form.numbers;
  other.decimal = form.numbers.decimal == ',' ? '.' : ',';
  std::int64_t integer = 0;
  double number = 0;
  for (const auto& numbers : {form.numbers, other})
    if (parse_number(text, numbers, integer, number) == NumberKind::real) return numbers.decimal;
  return std::nullopt;
}

std::string quoted_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace iai
