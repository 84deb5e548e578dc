#include "evaluator/series/interval_statistics.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace iai {

namespace {

constexpr std::int64_t second = 1'000'000'000, hour = 3600 * second;

}  // namespace

bool in_repeated_hour(std::int64_t time) {
  using namespace std::chrono;
  const sys_time<nanoseconds> point{nanoseconds(time)};
  const auto day = floor<days>(point);
  const year_month_day date(day);
  if (date.month() != October || sys_days(date.year() / October / Sunday[last]) != day) return false;
  const auto within = point - day;
  return within >= hours(2) && within < hours(3);
}

void IntervalStatistics::add(std::int64_t time, const RowPlace& place) {
  if (rows_++ > 0) {
    const std::int64_t step = time - last_;
    if (step > 0) {
      // Rows that repeat a time leave no gap behind them.
      const std::int64_t distance = step / rows_at_time_;
      rows_at_time_ = 1;
      ++count_;
      steps_.add(static_cast<double>(distance));
      const auto shortest = std::min_element(longest_.begin(), longest_.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
      if (longest_.size() < most_faults) longest_.push_back({time, distance, place});
      else if (distance > shortest->step) *shortest = {time, distance, place};
    } else {
      const bool clocks_changed = step < 0 && step >= -hour && in_repeated_hour(time) && last_ - time > hour - 600 * second;
      ++(step == 0 ? repeated_ : backward_);
      rows_at_time_ = step == 0 ? rows_at_time_ + 1 : 1;
      if (faults_.size() < most_faults)
        faults_.push_back({step == 0 ? TimeFaultKind::repeated : clocks_changed ? TimeFaultKind::daylight_saving : TimeFaultKind::backward, time, step, place});
    }
  }
  last_ = time;
}

void IntervalStatistics::finish() {
  std::stable_sort(longest_.begin(), longest_.end(), [](const auto& a, const auto& b) { return a.step > b.step; });
}

double IntervalStatistics::jitter_share(double tolerance) {
  if (count_ == 0) return 0;
  const double middle = steps_.at(0.5);
  // The sketch answers quantiles; the share within the band is found by bisection over ranks.
  const auto rank_of = [&](double value) {
    double low = 0, high = 1;
    for (int i = 0; i < 20; ++i) {
      const double rank = (low + high) / 2;
      (steps_.at(rank) <= value ? low : high) = rank;
    }
    return low;
  };
  return 1 - (rank_of(middle * (1 + tolerance)) - rank_of(middle * (1 - tolerance)));
}

std::optional<double> IntervalStatistics::period() {
  if (count_ < 10 || jitter_share(0.2) > 0.1) return std::nullopt;
  return steps_.at(0.5);
}

}  // namespace iai
