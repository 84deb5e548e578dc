#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// A time as written, in nanoseconds since 1970-01-01T00:00 (UTC when it has a zone); nothing when the text is no time.
/// Read: dates yyyy-mm-dd, yyyy/mm/dd, d.m.yyyy, dd.mm.yy (years 1969 to 2068) and, before a T, yyyymmdd; then T, blanks,
/// '_' or ", " and a time of day HH:MM[:SS[fraction]], 24:00:00 being the end of the day; the fraction follows a point, a
/// comma or, in three digits, a colon; then Z, +HH, +HHMM, +HH:MM, UTC, GMT, CET, CEST, MEZ, MESZ. A time of day alone is one of
/// 1970-01-01. Dates with slashes that begin with day or month cannot be told apart: they need a TimestampFormat.
std::optional<std::int64_t> parse_timestamp(std::string_view text);
/// ISO 8601 without zone: "2024-03-01T12:00:00.25".
std::string format_timestamp(std::int64_t nanoseconds);

/// Parts of a time, checked by to_nanoseconds.
struct CivilTime {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t nanosecond = 0, east_of_utc = 0;  ///< zone in nanoseconds
};
/// Nothing when there is no such day or time, or the year is not within 1678 to 2261 (64 bits of nanoseconds).
std::optional<std::int64_t> to_nanoseconds(const CivilTime& time);

/// A format given in letters: yyyy, yy, mm (month), mon (its name, English or German), dd, HH, MM, SS, fff (fraction, any
/// number of digits from 1 to 9), AM, +hh:mm (any zone that parse_timestamp reads); all else stands for itself, one blank for one or more. Numbers
/// but yyyy and yy may be written with one digit.
class TimestampFormat {
 public:
  /// Nothing when `text` is no format: no letter group, one twice, "mm" without a year ...
  static std::optional<TimestampFormat> compile(std::string_view text);
  std::optional<std::int64_t> parse(std::string_view text) const;
  /// Would parse_timestamp read every time in this format the same way?
  bool is_unambiguous() const;

 private:
  enum class Part : char { literal, year, short_year, month, month_name, day, hour, minute, second, fraction, half_day, zone };
  struct Step {
    Part part;
    char sign = '\0';
  };
  std::string write_probe() const;
  std::vector<Step> steps_;
};

/// The format of `text`, which parse_timestamp reads: "dd.mm.yyyy HH:MM:SS,fff"; empty when it does not.
std::string describe_timestamp(std::string_view text);
/// The format of a date with slashes that begins with day or month, or empty; `first` and `second` are its numbers.
std::string describe_slashed(std::string_view text, int& first, int& second);

}  // namespace iai
