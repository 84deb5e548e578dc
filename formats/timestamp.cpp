#include <chrono>

#include <fmt/format.h>

#include "formats/delimited.hpp"

namespace iai {
namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Reads a text from the left; every step answers whether it fitted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
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

bool scan_date(Scanner& scanner, std::chrono::year_month_day& date) {
  int first = 0, month = 0, last = 0;
  if (!scanner.number(first, 1, 4)) return false;
  const bool german = scanner.digits() <= 2;
  if (!german && scanner.digits() != 4) return false;
  const char separator = german ? '.' : '-';
  if (!scanner.take(separator) || !scanner.number(month, german ? 1 : 2, 2) || !scanner.take(separator)) return false;
  if (!scanner.number(last, german ? 4 : 2, german ? 4 : 2)) return false;
  date = {std::chrono::year(german ? last : first), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(german ? first : last))};
  // Nanoseconds in 64 bits reach from 1677 to 2262.
  const int year = static_cast<int>(date.year());
  return date.ok() && year >= 1678 && year <= 2261;
}

/// HH:MM[:SS[.,fraction]], 24:00:00 as the end of the day, in nanoseconds of the day.
bool scan_time(Scanner& scanner, std::int64_t& time) {
  int hour = 0, minute = 0, seconds = 0, fraction = 0;
  if (!scanner.number(hour, 1, 2) || !scanner.take(':') || !scanner.number(minute, 2, 2)) return false;
  if (scanner.take(':')) {
    if (!scanner.number(seconds, 2, 2)) return false;
    if (scanner.take('.') || scanner.take(',')) {
      if (!scanner.number(fraction, 1, 9)) return false;
      for (auto digits = scanner.digits(); digits < 9; ++digits) fraction *= 10;
    }
  }
  if (hour > 24 || minute > 59 || seconds > 59) return false;
  if (hour == 24 && (minute != 0 || seconds != 0 || fraction != 0)) return false;
  time = (hour * 3600ll + minute * 60 + seconds) * second + fraction;
  return true;
}

/// Nothing, Z, +HH, +HHMM or +HH:MM, in nanoseconds east of UTC.
bool scan_zone(Scanner& scanner, std::int64_t& zone) {
  zone = 0;
  if (scanner.done() || scanner.take('Z')) return true;
  const bool west = scanner.take('-');
  if (!west && !scanner.take('+')) return false;
  int hours = 0, minutes = 0;
  if (!scanner.number(hours, 2, 2)) return false;
  if ((scanner.take(':') || !scanner.done()) && !scanner.number(minutes, 2, 2)) return false;
  if (hours > 15 || minutes > 59) return false;
  zone = (hours * 60 + minutes) * 60ll * second * (west ? -1 : 1);
  return true;
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  Scanner scanner(text);
  std::chrono::year_month_day date;
  std::int64_t time = 0, zone = 0;
  if (!scan_date(scanner, date)) return std::nullopt;
  if (!scanner.done()) {
    if (!scanner.take('T') && !scanner.take(' ')) return std::nullopt;
    if (!scan_time(scanner, time) || !scan_zone(scanner, zone) || !scanner.done()) return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 * second + time - zone;
}

std::string format_timestamp(std::int64_t nanoseconds) {
  constexpr std::int64_t day = 86'400 * second;
  std::int64_t days = nanoseconds / day, rest = nanoseconds % day;
  if (rest < 0) {
    rest += day;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const auto clock = rest / second;
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock / 3600,
                          clock / 60 % 60, clock % 60);
  if (rest % second != 0) {
    text += fmt::format(".{:09}", rest % second);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

}  // namespace iai
