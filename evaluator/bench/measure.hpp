#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "evaluator/bench/statistics.hpp"

namespace iai {

/// Milliseconds since some moment; the steady clock, but for tests.
using NowMs = double (*)();
double steady_now_ms();

inline constexpr std::int64_t most_runs = 2'000'000;  ///< a model; bounds the memory of a long measurement

struct WarmUp {
  std::int64_t runs = 0;
  double duration_ms = 0;
  double last_run_ms = 0;  ///< median of the last window
  bool settled = false;
};

/// What was measured of one subject, in milliseconds.
struct Measured {
  WarmUp warm_up;
  std::int64_t block = 1;  ///< runs in a row within a round
  RoundSeries latency;
};

struct MeasureOptions {
  double seconds = 3;      ///< measuring time a model; at least `fewest_rounds` rounds are run
  std::int64_t runs = 0;   ///< runs a model instead of `seconds`, when not 0
  std::uint64_t seed = 1;  ///< of the order within the rounds
  NowMs now = steady_now_ms;
  /// Are the figures good enough to end before `seconds` have passed? Asked after 20 rounds and then whenever a quarter more
  /// were run: the more often one looks, the sooner an interval is narrow by chance. Empty: never asked.
  std::function<bool(const std::vector<Measured>&)> enough = {};
};
inline constexpr std::int64_t fewest_rounds = 10;
inline constexpr std::uint64_t rounds_before_first_look = 20;

/// One run of what is measured; only the call itself lies between the two readings of the clock.
using Subject = std::function<void()>;
/// Called between rounds with the share of the work that is done, 0 to 1.
using BetweenRounds = std::function<void(double done)>;

/// Runs `subject` until it stops getting faster: windows of runs follow each other (10 runs and 2 ms at least), and the
/// warm-up ends with the first whose median is not more than 2 % below the median of the window before, two windows in
/// a row, not before 50 ms have passed. It is given up after `limit_s` (settled = false), but not before three windows.
WarmUp warm_up(const Subject& subject, double limit_s, NowMs now = steady_now_ms);

/// Warms every subject up, one after the other, then measures them in rounds. Every round runs each subject once for a
/// block of consecutive runs (about 10 ms, so that one subject's caches do not decide on the other's times) in an order
/// drawn anew for each round; a run that is not counted opens every block of more than one.
std::vector<Measured> measure(const std::vector<Subject>& subjects, const MeasureOptions& options, const BetweenRounds& between);

/// The order of `count` subjects in round `round`. @source Fisher and Yates' shuffle; Knuth, TAOCP 2, algorithm 3.4.2P
std::vector<std::size_t> round_order(std::size_t count, std::uint64_t seed, std::uint64_t round);

}  // namespace iai
