#include "formats/timestamp.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace iai {
namespace {

constexpr std::int64_t second = 1'000'000'000, hour = 3600 * second;

/// Reads a text from the left; every step answers whether it fitted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  std::string_view rest() const { return text_; }
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_blanks() {
    if (!take(' ')) return false;
    while (take(' ')) {
    }
    return true;
  }
  /// `least` to `most` digits; the count is kept in digits().
  bool number(int& value, std::size_t least, std::size_t most) {
    value = 0;
    for (digits_ = 0; digits_ < most && digit(); ++digits_) {
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return digits_ >= least;
  }
  std::size_t digits() const { return digits_; }

 private:
  bool digit() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }
  std::string_view text_;
  std::size_t digits_ = 0;
};

/// POSIX: 69 to 99 are of the last century.
int full_year(int short_year) { return short_year + (short_year < 69 ? 2000 : 1900); }

bool scan_german_date(Scanner& scanner, CivilTime& time, std::size_t first_digits) {
  if (!scanner.number(time.month, 1, 2) || !scanner.take('.')) return false;
  const bool padded = first_digits == 2 && scanner.digits() == 2;
  if (!scanner.number(time.year, 2, 4) || scanner.digits() == 3) return false;
  if (scanner.digits() == 4) return true;
  // "1.2.24" alone may be a version; with a time of day behind it is a date.
  time.year = full_year(time.year);
  return padded || !scanner.done();
}

bool scan_date(Scanner& scanner, CivilTime& time) {
  int first = 0;
  if (!scanner.number(first, 1, 8)) return false;
  const auto digits = scanner.digits();
  if (digits == 8) {
    time.year = first / 10'000;
    time.month = first / 100 % 100;
    time.day = first % 100;
    return !scanner.done() && scanner.rest()[0] == 'T';
  }
  if (digits <= 2 && scanner.take('.')) {
    time.day = first;
    return scan_german_date(scanner, time, digits);
  }
  if (digits != 4 || scanner.done()) return false;
  const char sign = scanner.rest()[0];
  if (sign != '-' && sign != '/') return false;
  time.year = first;
  return scanner.take(sign) && scanner.number(time.month, 2, 2) && scanner.take(sign) && scanner.number(time.day, 2, 2);
}

bool scan_fraction(Scanner& scanner, CivilTime& time) {
  int fraction = 0;
  if (!scanner.number(fraction, 1, 9)) return false;
  for (auto digits = scanner.digits(); digits < 9; ++digits) fraction *= 10;
  time.nanosecond = fraction;
  return true;
}

/// HH:MM[:SS[fraction]], or HHMM[SS[fraction]] behind a T.
bool scan_clock(Scanner& scanner, CivilTime& time) {
  if (!scanner.number(time.hour, 1, 2)) return false;
  const bool bare = scanner.digits() == 2 && !scanner.done() && scanner.rest()[0] != ':';
  if ((!bare && !scanner.take(':')) || !scanner.number(time.minute, 2, 2)) return false;
  if (bare ? (scanner.done() || scanner.rest()[0] < '0' || scanner.rest()[0] > '9') : !scanner.take(':')) return true;
  if (!scanner.number(time.second, 2, 2)) return false;
  if (scanner.take('.') || scanner.take(',')) return scan_fraction(scanner, time);
  return !scanner.take(':') || (scan_fraction(scanner, time) && scanner.digits() == 3);
}

bool scan_zone(Scanner& scanner, CivilTime& time) {
  if (scanner.done() || scanner.rest() == "Z") return true;
  scanner.take_blanks();
  for (const auto& [name, hours] : {std::pair{"UTC", 0}, {"GMT", 0}, {"Z", 0}, {"CET", 1}, {"MEZ", 1}, {"CEST", 2}, {"MESZ", 2}})
    if (scanner.rest() == name) {
      time.east_of_utc = hours * hour;
      return true;
    }
  const bool west = scanner.take('-');
  if (!west && !scanner.take('+')) return false;
  int hours = 0, minutes = 0;
  if (!scanner.number(hours, 2, 2)) return false;
  if ((scanner.take(':') || !scanner.done()) && !scanner.number(minutes, 2, 2)) return false;
  if (hours > 15 || minutes > 59) return false;
  time.east_of_utc = (hours * 60 + minutes) * 60ll * second * (west ? -1 : 1);
  return scanner.done();
}

bool scan_separator(Scanner& scanner) {
  if (scanner.take('T') || scanner.take('_')) return true;
  scanner.take(',');
  return scanner.take_blanks();
}

/// "8:05" may be a ratio: a time of day alone has seconds or two digits of the hour.
std::optional<std::int64_t> parse_clock_alone(std::string_view text) {
  Scanner scanner(text);
  CivilTime time;
  const auto colon = text.find(':');
  if (colon > 2 || (colon == 1 && text.find(':', 2) == std::string_view::npos)) return std::nullopt;
  if (!scan_clock(scanner, time) || !scanner.done()) return std::nullopt;
  return to_nanoseconds(time);
}

}  // namespace

std::optional<std::int64_t> to_nanoseconds(const CivilTime& time) {
  const std::chrono::year_month_day date{std::chrono::year(time.year), std::chrono::month(static_cast<unsigned>(time.month)),
                                         std::chrono::day(static_cast<unsigned>(time.day))};
  // Nanoseconds in 64 bits reach from 1677 to 2262.
  if (!date.ok() || time.year < 1678 || time.year > 2261 || time.hour > 24 || time.minute > 59 || time.second > 59) return std::nullopt;
  if (time.hour == 24 && (time.minute != 0 || time.second != 0 || time.nanosecond != 0)) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 24 * hour + (time.hour * 3600ll + time.minute * 60ll + time.second) * second + time.nanosecond - time.east_of_utc;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  // Most texts that are no times show it here.
  if (text.size() < 5 || text[0] < '0' || text[0] > '9') return std::nullopt;
  if (text[1] == ':' || text[2] == ':') return parse_clock_alone(text);
  Scanner scanner(text);
  CivilTime time;
  if (!scan_date(scanner, time)) return std::nullopt;
  if (!scanner.done() && !(scan_separator(scanner) && scan_clock(scanner, time) && scan_zone(scanner, time))) return std::nullopt;
  return to_nanoseconds(time);
}

std::string format_timestamp(std::int64_t nanoseconds) {
  constexpr std::int64_t day = 24 * hour;
  std::int64_t days = nanoseconds / day, rest = nanoseconds % day;
  if (rest < 0) {
    rest += day;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const auto clock = rest / second;
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                          static_cast<unsigned>(date.day()), clock / 3600, clock / 60 % 60, clock % 60);
  if (rest % second != 0) {
    text += fmt::format(".{:09}", rest % second);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

}  // namespace iai
