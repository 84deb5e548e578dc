#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/ascii.hpp"
#include "formats/timestamp.hpp"

namespace iai {
namespace {

/// Takes up to `most` digits from the left of `text`; false when there are fewer than `least`.
bool take_number(std::string_view& text, int& value, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  for (value = 0; count < most && count < text.size() && is_digit(text[count]); ++count) value = value * 10 + (text[count] - '0');
  text.remove_prefix(count);
  return count >= least;
}

bool take_month_name(std::string_view& text, int& month) {
  // English and German names differ in four months; both are read by their first three letters.
  static constexpr std::array<std::string_view, 16> names{"jan", "feb", "mar", "apr", "may",        "jun", "jul", "aug",
                                                          "sep", "oct", "nov", "dec", "m\xC3\xA4r", "mai", "okt", "dez"};
  static constexpr std::array<int, 16> months{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 3, 5, 10, 12};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto size = names[i].size();
    if (text.size() < size || !std::equal(names[i].begin(), names[i].end(), text.begin(), [](char a, char b) { return a == lower(b); })) continue;
    month = months[i];
    text.remove_prefix(size);
    return true;
  }
  return false;
}

/// AM or PM: hours of 1 to 12.
bool take_half_day(std::string_view& text, int& hour) {
  if (text.size() < 2 || lower(text[1]) != 'm' || (lower(text[0]) != 'a' && lower(text[0]) != 'p') || hour < 1 || hour > 12) return false;
  hour = hour % 12 + (lower(text[0]) == 'p' ? 12 : 0);
  text.remove_prefix(2);
  return true;
}

/// The zone reaches to the end of the text; parse_timestamp knows them all.
bool take_zone(std::string_view& text, std::int64_t& east) {
  std::array<char, 32> probe{"2000-01-01T00:00:00"};
  constexpr std::size_t size = 19;
  if (text.empty() || text.size() > probe.size() - size) return false;
  std::copy(text.begin(), text.end(), probe.begin() + size);
  const auto utc = parse_timestamp({probe.data(), size + text.size()});
  if (!utc) return false;
  east = *to_nanoseconds({2000, 1, 1}) - *utc;
  text = {};
  return true;
}

bool take_fraction(std::string_view& text, std::int64_t& nanosecond) {
  const auto before = text.size();
  int value = 0;
  if (!take_number(text, value, 1, 9)) return false;
  nanosecond = value;
  for (auto digits = before - text.size(); digits < 9; ++digits) nanosecond *= 10;
  return true;
}

}  // namespace

std::optional<TimestampFormat> TimestampFormat::compile(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Part>, 11> parts{{{"yyyy", Part::year},
                                                                            {"yy", Part::short_year},
                                                                            {"mon", Part::month_name},
                                                                            {"mm", Part::month},
                                                                            {"dd", Part::day},
                                                                            {"HH", Part::hour},
                                                                            {"MM", Part::minute},
                                                                            {"SS", Part::second},
                                                                            {"AM", Part::half_day},
                                                                            {"+hh:mm", Part::zone},
                                                                            {"Z", Part::zone}}};
  TimestampFormat format;
  const auto has = [&](Part part) { return std::any_of(format.steps_.begin(), format.steps_.end(), [&](const Step& step) { return step.part == part; }); };
  while (!text.empty()) {
    Step step{Part::literal, text[0]};
    std::size_t size = 1;
    for (const auto& [letters, part] : parts)
      if (size == 1 && step.part == Part::literal && text.starts_with(letters)) {
        step = {part, '\0'};
        size = letters.size();
      }
    if (step.part == Part::literal && text[0] == 'f') {
      step = {Part::fraction, '\0'};
      size = std::min(text.find_first_not_of('f'), text.size());
    }
    if (step.part != Part::literal && has(step.part)) return std::nullopt;
    format.steps_.push_back(step);
    text.remove_prefix(size);
  }
  const bool day = has(Part::day), month = has(Part::month) || has(Part::month_name), year = has(Part::year) || has(Part::short_year);
  const bool date = day && month && year;
  if (!date && (day || month || year || !has(Part::hour))) return std::nullopt;
  if ((has(Part::minute) && !has(Part::hour)) || (has(Part::second) && !has(Part::minute)) || (has(Part::fraction) && !has(Part::second))) return std::nullopt;
  return format;
}

std::optional<std::int64_t> TimestampFormat::parse(std::string_view text) const {
  CivilTime time;
  for (const auto& [part, sign] : steps_) {
    bool fits = true;
    switch (part) {
      case Part::literal:
        fits = !text.empty() && text[0] == sign;
        if (fits) text.remove_prefix(1);
        while (fits && sign == ' ' && !text.empty() && text[0] == ' ') text.remove_prefix(1);
        break;
      case Part::year: fits = take_number(text, time.year, 4, 4); break;
      case Part::short_year:
        fits = take_number(text, time.year, 2, 2);
        time.year += time.year < 69 ? 2000 : 1900;
        break;
      case Part::month: fits = take_number(text, time.month, 1, 2); break;
      case Part::month_name: fits = take_month_name(text, time.month); break;
      case Part::day: fits = take_number(text, time.day, 1, 2); break;
      case Part::hour: fits = take_number(text, time.hour, 1, 2); break;
      case Part::minute: fits = take_number(text, time.minute, 1, 2); break;
      case Part::second: fits = take_number(text, time.second, 1, 2); break;
      case Part::fraction: fits = take_fraction(text, time.nanosecond); break;
      case Part::half_day: fits = take_half_day(text, time.hour); break;
      case Part::zone: fits = take_zone(text, time.east_of_utc); break;
    }
    if (!fits) return std::nullopt;
  }
  return text.empty() ? to_nanoseconds(time) : std::nullopt;
}

/// 2003-04-05 06:07:08.9 in this format: every number another, so that swapped ones show.
std::string TimestampFormat::write_probe() const {
  std::string text;
  for (const auto& [part, sign] : steps_) {
    switch (part) {
      case Part::literal: text += sign; break;
      case Part::year: text += "2003"; break;
      case Part::short_year: text += "03"; break;
      case Part::month: text += "04"; break;
      case Part::month_name: text += "Apr"; break;
      case Part::day: text += "05"; break;
      case Part::hour: text += "06"; break;
      case Part::minute: text += "07"; break;
      case Part::second: text += "08"; break;
      case Part::fraction: text += "900"; break;
      case Part::half_day: text += "AM"; break;
      case Part::zone: text += "+01:00"; break;
    }
  }
  return text;
}

bool TimestampFormat::is_unambiguous() const {
  const auto probe = write_probe();
  return parse_timestamp(probe) == parse(probe);
}

namespace {

/// "HH:MM:SS,fff+hh:mm" of a time of day, from `text` as it is written.
std::string describe_clock(std::string_view text) {
  std::string format;
  const auto zone = text.find_first_not_of("0123456789:.,");
  const auto time = text.substr(0, zone);
  const auto sign = time.find_first_of(".,") != std::string_view::npos ? time.find_first_of(".,")
                    : std::count(time.begin(), time.end(), ':') == 3   ? time.rfind(':')
                                                                       : std::string_view::npos;
  const auto clock = time.substr(0, sign);
  const bool bare = clock.find(':') == std::string_view::npos;
  const bool seconds = bare ? clock.size() > 4 : std::count(clock.begin(), clock.end(), ':') == 2;
  format = bare ? (seconds ? "HHMMSS" : "HHMM") : seconds ? "HH:MM:SS" : "HH:MM";
  if (sign != std::string_view::npos) format += time[sign] + std::string(time.size() - sign - 1, 'f');
  if (zone == std::string_view::npos) return format;
  const auto rest = text.substr(zone);
  return format + (rest[0] == ' ' ? " " : "") + (rest.ends_with('Z') ? "Z" : "+hh:mm");
}

}  // namespace

std::string describe_timestamp(std::string_view text) {
  if (!parse_timestamp(text)) return {};
  if (text.find(':') < 3) return describe_clock(text);
  const auto date = text.substr(0, text.find_first_of("T _,"));
  const auto point = date.find('.');
  std::string format = point < 3                                  ? (date.size() - date.rfind('.') == 3 ? "dd.mm.yy" : "dd.mm.yyyy")
                       : date.find('/') != std::string_view::npos ? "yyyy/mm/dd"
                       : date.find('-') != std::string_view::npos ? "yyyy-mm-dd"
                                                                  : "yyyymmdd";
  if (date.size() == text.size()) return format;
  const auto clock = text.find_first_of("0123456789", date.size());
  const auto separator = text.substr(date.size(), clock - date.size());
  return format + (separator[0] == ' ' ? " " : std::string(separator)) + describe_clock(text.substr(clock));
}

std::string describe_slashed(std::string_view text, int& first, int& second) {
  auto rest = text;
  int year = 0;
  if (!take_number(rest, first, 1, 2) || rest.empty() || rest[0] != '/') return {};
  rest.remove_prefix(1);
  if (!take_number(rest, second, 1, 2) || rest.empty() || rest[0] != '/') return {};
  rest.remove_prefix(1);
  const auto before = rest.size();
  if (!take_number(rest, year, 2, 4) || before - rest.size() == 3) return {};
  std::string format = before - rest.size() == 4 ? "dd/mm/yyyy" : "dd/mm/yy";
  if (rest.empty()) return format;
  const auto clock = rest.find_first_of("0123456789");
  if (clock == std::string_view::npos) return {};
  auto time = rest.substr(clock);
  const bool half = time.size() > 2 && lower(time.back()) == 'm' && !is_digit(time[time.size() - 2]);
  std::string tail;
  if (half) {
    time.remove_suffix(2);
    tail = time.ends_with(' ') ? " AM" : "AM";
    while (time.ends_with(' ')) time.remove_suffix(1);
  }
  format += rest.substr(0, clock);
  format += describe_clock(time) + tail;
  const auto compiled = TimestampFormat::compile(format);
  return compiled ? format : std::string();
}

}  // namespace iai
