#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluator/series/interval_statistics.hpp"
#include "evaluator/series/signal_statistics.hpp"

namespace iai {

/// What a sensor or its clock does when it lies.
enum class SignalFaultKind {
  dead,        ///< one value throughout
  stuck,       ///< one value for far longer than the signal's own noise explains
  saturated,   ///< cut off at an end of its range
  spike,       ///< single values far from their neighbours
  resolution,  ///< coarser steps than the same sensor takes in other series
  step,        ///< the level jumps and stays
  drift,       ///< the level moves steadily, as in no other series
  scale,       ///< another unit or factor than in the other series
  gap,         ///< rows are missing
  clock,       ///< times repeat or run back
};
constexpr std::size_t signal_fault_kinds = 10;
/// "dead", "stuck" ...
std::string signal_fault_name(SignalFaultKind kind);

struct SignalFault {
  SignalFaultKind kind = SignalFaultKind::dead;
  RowPlace first, last;
  std::string value, message;
  double distance = 0;  ///< spike: to the neighbours
};

struct SignalLimits {
  std::int64_t stuck_rows = 20;  ///< runs shorter than this are never stuck
  double spike_score = 12;       ///< distance to the neighbours over the usual one (median absolute deviation)
};

/// dead, stuck, saturated and spike of one sensor in one series, from `statistics` that were finished.
std::vector<SignalFault> find_signal_faults(SignalStatistics& statistics, const SignalLimits& limits);
/// gap and clock. @param declared_period  nanoseconds; else the one that the series shows, when it shows one
std::vector<SignalFault> find_clock_faults(IntervalStatistics& statistics, std::optional<double> declared_period);

/// What one sensor's series is compared by with the others.
struct SeriesSummary {
  std::size_t series = 0;  ///< whose it is; the caller's number
  std::int64_t rows = 0;
  RowPlace first, last, step_place;
  double median = 0, resolution = 0, farthest = 0;     ///< farthest: largest distance of a value to its neighbours
  double step = 0, step_share = 0, step_score = 0;     ///< change of the level at the best single jump; share of the variance it explains; over the noise
  double drift = 0, drift_share = 0, drift_score = 0;  ///< the same for the best straight line
};
SeriesSummary summarize(SignalStatistics& statistics);

struct PeerFault {
  std::size_t summary = 0;  ///< index into the summaries
  SignalFault fault;
};
/// What an impact of a bearing or a press looks like in every series is no spike: keeps those spikes that lie three times as
/// far out as the farthest value of the median series does. All of them where there are under eight series.
bool is_spike_among(double distance, std::span<const SeriesSummary> summaries);
/// resolution, step, drift and scale: what sets one series of a sensor apart from all others of the same sensor. At least
/// eight series are needed; of fewer, only jumps that explain nearly all of the variance are told.
std::vector<PeerFault> find_peer_faults(std::span<const SeriesSummary> summaries);

}  // namespace iai
