#pragma once

#include <deque>

namespace iai {

/// Readings of power over time, and the energy under them.
class PowerTrace {
 public:
  /// @param seconds  not before the last reading; at the same moment the later reading replaces the earlier one
  void add(double seconds, double watts);
  bool empty() const { return readings_.empty(); }
  double first() const { return readings_.front().seconds; }
  double last() const { return readings_.back().seconds; }
  std::size_t size() const { return readings_.size(); }
  /// Energy from `from` to `to`, s, both within the readings: trapezoids between neighbours, cut at the two borders, where the
  /// power is the one on the line between the neighbours.
  double joules(double from, double to) const;
  /// Drops readings that no stretch from `moment` on needs.
  void forget_before(double moment);

 private:
  struct Reading {
    double seconds = 0, watts = 0;
  };
  std::deque<Reading> readings_;
};

}  // namespace iai
