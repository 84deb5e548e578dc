#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "evaluator/profile/sketches.hpp"
#include "evaluator/series/signal_statistics.hpp"

namespace iai {

enum class TimeFaultKind { repeated, backward, daylight_saving };

/// Two rows whose times do not follow each other.
struct TimeFault {
  TimeFaultKind kind = TimeFaultKind::repeated;
  std::int64_t time = 0, step = 0;  ///< nanoseconds; the step from the row before
  RowPlace place;
};

/// A pause between two rows.
struct LongInterval {
  std::int64_t time = 0, step = 0;
  RowPlace place;
};

/// The clock of one series: its period, and where it fails. Memory is fixed.
class IntervalStatistics {
 public:
  /// @param time  nanoseconds since 1970
  void add(std::int64_t time, const RowPlace& place);
  void finish();

  static constexpr std::size_t most_faults = 64;
  std::int64_t repeated() const { return repeated_; }
  std::int64_t backward() const { return backward_; }
  const std::vector<TimeFault>& faults() const { return faults_; }
  /// The median distance of two rows where nine in ten distances lie within a fifth of it. Nothing for exports that write a
  /// row only when a value moved (deadband): their pauses are no gaps.
  std::optional<double> period();
  /// The longest intervals, the longest first; at most `most_faults`.
  const std::vector<LongInterval>& longest() const { return longest_; }
  /// Share of the distances that differ from the period by more than `tolerance` (a share of it).
  double jitter_share(double tolerance);

 private:
  Quantiles steps_;
  std::int64_t count_ = 0, repeated_ = 0, backward_ = 0, last_ = 0, rows_ = 0, rows_at_time_ = 1;
  std::vector<TimeFault> faults_;
  std::vector<LongInterval> longest_;
};

}  // namespace iai
