#include "formats/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/mapped_file.hpp"

namespace iai {
namespace {

constexpr std::size_t deepest = 256;

/// A number as Number.prototype.toString writes it. @source ECMA-262, Number::toString
std::string ecmascript_number(double value) {
  if (!std::isfinite(value)) throw Error(ErrorKind::internal, "JSON has no NaN and no infinity");
  if (value == 0) return "0";  // also for -0
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  const char* number = buffer + e + 1;
  std::from_chars(*number == '+' ? number + 1 : number, end, exponent);

  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the value is 0.digits times 10^point
  const auto zeros = [](int n) { return std::string(static_cast<std::size_t>(n), '0'); };
  const std::string sign = value < 0 ? "-" : "";
  if (count <= point && point <= 21) return sign + digits + zeros(point - count);
  if (0 < point && point <= 21) return sign + digits.insert(static_cast<std::size_t>(point), ".");
  if (-6 < point && point <= 0) return sign + "0." + zeros(-point) + digits;
  if (count > 1) digits.insert(1, ".");
  return fmt::format("{}{}e{}{}", sign, digits, exponent < 0 ? '-' : '+', std::abs(exponent));
}

/// The next code point of valid UTF-8; moves `at` past it.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (at + length > text.size()) throw Error(ErrorKind::internal, "text is no valid UTF-8");
  char32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(at + i) & 0x3Fu);
  at += length;
  return point;
}

/// Order by UTF-16 code units: differs from bytes only where surrogates meet U+E000 to U+FFFF.
bool utf16_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const char32_t x = next_code_point(a, i), y = next_code_point(b, j);
    if (x == y) continue;
    const auto first_unit = [](char32_t point) { return point < 0x10000 ? point : 0xD800 + ((point - 0x10000) >> 10); };
    return first_unit(x) != first_unit(y) ? first_unit(x) < first_unit(y) : x < y;
  }
  return i == a.size() && j < b.size();
}

/// nlohmann escapes exactly what RFC 8785 asks for, and refuses what is no UTF-8.
std::string canonical_text(const std::string& text) {
  try {
    return Json(text).dump();
  } catch (const Json::exception&) {
    throw Error(ErrorKind::input, "a text is no valid UTF-8 and cannot be written as JSON");
  }
}

void write_canonical(const Json& value, std::string& out);

void write_object(const Json& value, std::string& out) {
  std::vector<std::pair<std::string, const Json*>> members;  // the text first: it refuses what is no UTF-8
  std::vector<std::pair<const std::string*, const Json*>> sorted;
  for (const auto& item : value.items()) {
    members.emplace_back(canonical_text(item.key()), &item.value());
    sorted.emplace_back(&item.key(), &item.value());
  }
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return utf16_less(*sorted[a].first, *sorted[b].first); });
  out += '{';
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0) out += ',';
    out += members[order[i]].first + ":";
    write_canonical(*members[order[i]].second, out);
  }
  out += '}';
}

void write_canonical(const Json& value, std::string& out) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  if (value.is_object()) {
    write_object(value, out);
  } else if (value.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      write_canonical(value[i], out);
    }
    out += ']';
  } else if (value.is_string()) {
    out += canonical_text(value.get_ref<const std::string&>());
  } else if (value.is_number_unsigned()) {
    const auto n = value.get<std::uint64_t>();
    out += n <= static_cast<std::uint64_t>(exact) ? std::to_string(n) : ecmascript_number(static_cast<double>(n));
  } else if (value.is_number_integer()) {
    const auto n = value.get<std::int64_t>();
    out += -exact <= n && n <= exact ? std::to_string(n) : ecmascript_number(static_cast<double>(n));
  } else if (value.is_number_float()) {
    out += ecmascript_number(value.get<double>());
  } else {
    out += value.dump();
  }
}

/// "name:3:14", counted from 1, in bytes.
std::string place(std::string_view text, const std::string& name, std::size_t at) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  return fmt::format("{}:{}:{}", name, line, before.size() - (start == before.npos ? 0 : start + 1) + 1);
}

/// Counts the bytes that the parser takes, so that an error found in a callback has a place.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

}  // namespace

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string canonical_json(const Json& value) {
  std::string out;
  write_canonical(value, out);
  return out;
}

constexpr const char* damaged = "copy it again, or make it anew: it is damaged or no JSON";

Json parse_json(std::string_view text, const std::string& name) {
  const char* seen = text.data();
  const auto refuse = [&](const std::string& why) {
    const std::size_t at = static_cast<std::size_t>(seen - text.data());
    throw Error(ErrorKind::input, place(text, name, at > 0 ? at - 1 : 0) + ": " + why, damaged);
  };
  std::vector<std::set<std::string>> keys;  // of the objects that are open; an array has an empty set
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (keys.size() == deepest) refuse(fmt::format("nested deeper than {}", deepest));
      keys.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      keys.pop_back();
    } else if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      refuse(fmt::format("the key '{}' appears twice", parsed.get<std::string>()));
    }
    return true;
  };
  try {
    return Json::parse(CountingIterator(text.data(), &seen), CountingIterator(text.data() + text.size(), &seen), watch);
  } catch (const Json::parse_error& error) {
    // "[json.exception...] parse error at line 1, column 2: what" keeps only what
    const std::string what = error.what();
    const std::size_t colon = what.find(": ");
    const std::size_t at = error.byte > 0 ? error.byte - 1 : 0;
    throw Error(ErrorKind::input, place(text, name, at) + ": " + (colon == what.npos ? what : what.substr(colon + 2)), damaged);
  } catch (const Json::out_of_range&) {
    refuse("a number is out of range");
    throw;
  }
}

Json read_json(const std::filesystem::path& path) {
  const MappedFile file = map_file(path);
  return parse_json({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, path.string());
}

}  // namespace iai
