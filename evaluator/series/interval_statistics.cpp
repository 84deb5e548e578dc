#include "evaluator/series/interval_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "evaluator/data/clock_change.hpp"

namespace iai {

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
      const bool clocks_changed = clock_change(last_, time, 0) == ClockChange::back;
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
