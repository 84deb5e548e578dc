#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "evaluator/bench/measure.hpp"

namespace iai {

enum class Arrivals { constant, poisson };

/// Sleeps until shortly before, then watches the clock: a sleep alone wakes tens of microseconds late.
void wait_until_ms(double moment_ms);

struct LoadOptions {
  double seconds = 3;  ///< of load
  double rate = 0;     ///< runs asked for a second; 0: each stream asks for its next run when it has the last (closed loop)
  Arrivals arrivals = Arrivals::poisson;
  std::uint64_t seed = 1;  ///< of the arrivals
  NowMs now = steady_now_ms;
  void (*wait_until)(double moment_ms) = wait_until_ms;
};

/// How runs fare under load.
struct LoadFigures {
  std::int64_t runs = 0;      ///< served
  double runs_per_s = 0;      ///< served, from the first arrival to the last end
  double busy_share = 0;      ///< of the streams' time that runs took; with a rate: of the time in which runs were asked for, so that it may exceed 1
  std::int64_t unserved = 0;  ///< with a rate: asked for, and not begun when twice the time was over
  bool keeps_up = true;       ///< with a rate: the streams can serve as much as is asked for
  std::optional<LatencySummary> latency;  ///< from the arrival that was intended to the end of the run; nothing where it does not keep up: the
                                          ///< longer one measured, the larger it would be
  LatencySummary service;                 ///< from the begin of the run to its end
};

/// Moments of arrival within `seconds`, ms from the start, in rising order. Constant: every 1 / rate; Poisson: gaps drawn from the
/// exponential distribution, by counter, so that the same seed gives the same arrivals whatever the streams.
std::vector<double> arrival_times_ms(double rate, double seconds, Arrivals arrivals, std::uint64_t seed);

/// Runs the streams at the same time, each in a thread of its own.
///
/// With a rate, runs are asked for at moments fixed before, whether or not earlier ones are done (open loop); the stream that is
/// free first serves the one that waits longest. Latency counts from the moment a run was asked for: one that is slow makes those
/// behind it late, and they say so (no coordinated omission).
/// @source Schroeder, Wierman and Harchol-Balter, "Open Versus Closed: A Cautionary Tale" (NSDI 2006)
/// @param streams  independent of each other; each is called from one thread only
/// @throws what a stream throws, after the others have ended
LoadFigures measure_load(const std::vector<Subject>& streams, const LoadOptions& options);

}  // namespace iai
