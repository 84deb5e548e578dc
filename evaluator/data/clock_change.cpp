#include "evaluator/data/clock_change.hpp"

#include <chrono>

namespace iai {
namespace {

constexpr std::int64_t second = 1'000'000'000, hour = 3600 * second;

/// Is it that hour of the day, on the last Sunday of the month?
bool is_in_hour(std::int64_t time, std::chrono::month month, std::chrono::hours from) {
  using namespace std::chrono;
  const sys_time<nanoseconds> point{nanoseconds(time)};
  const auto day = floor<days>(point);
  const year_month_day date(day);
  if (date.month() != month || sys_days(date.year() / month / Sunday[last]) != day) return false;
  return point - day >= from && point - day < from + hours(1);
}

}  // namespace

ClockChange clock_change(std::int64_t before, std::int64_t time, std::int64_t usual) {
  const std::int64_t step = time - before;
  const bool is_known = usual > 0 && usual <= hour;
  const auto is_near = [&](std::int64_t expected) { return step > expected - usual / 2 - second && step < expected + usual / 2 + second; };
  if (step <= 0) {
    const bool fits = is_known ? is_near(usual - hour) : step >= -hour && step < 600 * second - hour;
    return fits && is_in_hour(time, std::chrono::October, std::chrono::hours(2)) ? ClockChange::back : ClockChange::none;
  }
  return is_known && is_near(usual + hour) && is_in_hour(time, std::chrono::March, std::chrono::hours(3)) ? ClockChange::forward : ClockChange::none;
}

}  // namespace iai
