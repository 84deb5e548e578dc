#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "formats/delimited.hpp"

namespace iai {

/// Quick readings of the forms that nearly all cells of plant data have. Each answers "not me" for every other form, which
/// interpret() then decides: these functions only save time, they add no meaning. Texts must lie in memory of which 8 bytes
/// behind their end may be read.

/// The first `size` (at most 8) bytes of `text` as a number, the first one lowest; zero beyond.
inline std::uint64_t short_text_bits(const char* text, std::size_t size) {
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return size >= 8 ? word : word & ((std::uint64_t{1} << (8 * size)) - 1);
}

/// A number of digits with at most one decimal sign inside.
struct PlainNumber {
  std::uint64_t digits = 0;  ///< all digits as one integer
  int fraction = 0;          ///< digits behind the decimal sign
  bool negative = false;
  double value() const {
    static constexpr double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    // Both are exact in double, so the quotient is the number nearest to the text.
    const double number = static_cast<double>(digits) / powers[fraction];
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(number) ^ static_cast<std::uint64_t>(negative) << 63);  // signs come at random
  }
};

/// Up to 8 digits and decimal sign, eight at a time. @source D. Lemire, "Number Parsing at a Gigabyte per Second" (2021), section 4
inline bool read_short_digits(const char* at, std::size_t size, char decimal, PlainNumber& number) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101, highs = 0x8080'8080'8080'8080;
  const std::uint64_t text = short_text_bits(at, 8);
  const std::uint64_t equal = text ^ (ones * static_cast<unsigned char>(decimal));
  const std::uint64_t valid = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
  const std::uint64_t signs = ((equal - ones) & ~equal & highs) & valid;  // the lowest set bit is exact
  std::uint64_t digits = text;
  std::size_t count = size;
  if (signs != 0) {
    const int bit = std::countr_zero(signs) & ~7;
    const std::uint64_t below = (std::uint64_t{1} << bit) - 1;
    digits = (text & below) | ((text >> 8) & ~below);
    --count;
    number.fraction = static_cast<int>(count) - bit / 8;
    if (number.fraction == 0 || bit == 0) return false;
  } else {
    number.fraction = 0;
  }
  // Leading zeros make a code of it.
  if (count == 0 || ((digits & 0xFF) == '0' && count - static_cast<std::size_t>(number.fraction) > 1)) return false;
  const std::uint64_t values = (digits ^ (ones * '0')) << (64 - 8 * count);
  if ((((values + ones * 0x76) | values) & highs) != 0) return false;
  std::uint64_t sum = values * 10 + (values >> 8);
  sum = ((sum & 0x0000'00FF'0000'00FF) * 0x000F'4240'0000'0064 + ((sum >> 16) & 0x0000'00FF'0000'00FF) * 0x0000'2710'0000'0001) >> 32;
  number.digits = sum;
  return true;
}

inline bool read_long_digits(const char* at, const char* end, char decimal, PlainNumber& number) {
  const char* const first = at;
  const char* sign = nullptr;
  std::uint64_t digits = 0;
  for (; at != end; ++at) {
    const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
    if (digit < 10) {
      digits = digits * 10 + digit;
    } else if (*at == decimal && sign == nullptr) {
      sign = at;
    } else {
      return false;
    }
  }
  const std::ptrdiff_t whole = (sign == nullptr ? end : sign) - first;
  number.fraction = sign == nullptr ? 0 : static_cast<int>(end - sign) - 1;
  number.digits = digits;
  return whole > 0 && (sign == nullptr || number.fraction > 0) && !(*first == '0' && whole > 1);
}

/// -?digits[decimal digits], at most 18 digits, without leading zeros.
inline bool read_plain_number(std::string_view text, char decimal, PlainNumber& number) {
  const char* at = text.data();
  number.negative = !text.empty() && *at == '-';
  const std::size_t size = text.size() - (number.negative ? 1 : 0);
  at += number.negative ? 1 : 0;
  if (size - 1 < 8) return read_short_digits(at, size, decimal, number);
  return size - 1 < 18 && read_long_digits(at, at + size, decimal, number);
}

/// A date followed by HH:MM:SS, a fraction of up to nine digits and nothing or Z. The day of the last date is kept.
class PlainTimes {
 public:
  std::optional<std::int64_t> read(std::string_view text) {
    if (text.size() < 19 || text.size() > 30 || (text[10] != ' ' && text[10] != 'T')) return std::nullopt;
    if (!known_ || std::memcmp(date_, text.data(), sizeof date_) != 0) {
      const bool date = text[2] == '.' || text[4] == '-' || text[4] == '/';  // a time of day alone is none
      const auto day = date ? parse_timestamp(text.substr(0, sizeof date_)) : std::nullopt;
      known_ = day.has_value();
      if (!day) return std::nullopt;
      day_ = *day;
      std::memcpy(date_, text.data(), sizeof date_);
    }
    const std::uint64_t clock = short_text_bits(text.data() + 11, 8) ^ 0x3030'3A30'303A'3030;
    constexpr std::uint64_t highs = 0x8080'8080'8080'8080;
    if ((((clock + 0x7676'7F76'767F'7676) | clock) & highs) != 0) return std::nullopt;
    const auto pair = [&](int shift) { return static_cast<std::int64_t>(clock >> shift & 0xFF) * 10 + static_cast<std::int64_t>(clock >> (shift + 8) & 0xFF); };
    const std::int64_t hour = pair(0), minute = pair(24), second = pair(48);
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    std::int64_t fraction = 0;
    if (!read_fraction(text.substr(19), fraction)) return std::nullopt;
    return day_ + (hour * 3600 + minute * 60 + second) * 1'000'000'000 + fraction;
  }

 private:
  /// Nothing, or point or comma with up to nine digits, then nothing or Z; in nanoseconds.
  static bool read_fraction(std::string_view text, std::int64_t& fraction) {
    if (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
    if (text.empty()) return true;
    static constexpr std::int64_t scale[] = {0, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    const std::size_t digits = text.size() - 1;
    if ((text[0] != '.' && text[0] != ',') || digits == 0 || digits > 9) return false;
    for (const char c : text.substr(1)) {
      const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
      if (digit > 9) return false;
      fraction = fraction * 10 + digit;
    }
    fraction *= scale[digits];
    return true;
  }

  char date_[10] = {};
  std::int64_t day_ = 0;
  bool known_ = false;
};

}  // namespace iai
