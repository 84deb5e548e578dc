#include "evaluator/bench/power_trace.hpp"

#include <algorithm>

namespace iai {

void PowerTrace::add(double seconds, double watts) {
  if (!readings_.empty() && seconds == readings_.back().seconds) readings_.back().watts = watts;
  else readings_.push_back({seconds, watts});
}

double PowerTrace::joules(double from, double to) const {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < readings_.size(); ++i) {
    const Reading &left = readings_[i], &right = readings_[i + 1];
    const double begin = std::max(from, left.seconds), end = std::min(to, right.seconds);
    if (end <= begin) continue;
    const double slope = (right.watts - left.watts) / (right.seconds - left.seconds);
    const auto watts_at = [&](double moment) { return left.watts + slope * (moment - left.seconds); };
    sum += (watts_at(begin) + watts_at(end)) / 2 * (end - begin);
  }
  return sum;
}

void PowerTrace::forget_before(double moment) {
  while (readings_.size() > 1 && readings_[1].seconds <= moment) readings_.pop_front();
}

}  // namespace iai
