#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "evaluator/bench/measure.hpp"

namespace iai {

/// Makes the subjects anew: they lie elsewhere in memory than in the placement before, which changes their speed by up to a percent
/// for as long as they live. Subjects of the placement before are no longer called.
using MakeSubjects = std::function<std::vector<Subject>(std::uint64_t placement)>;

/// Series of several placements, one after the other.
struct Placed {
  std::vector<Measured> subjects;  ///< warm-up and block are those of the first placement
  std::vector<std::size_t> ends;   ///< of each placement: rounds until then
};

struct PlacementOptions {
  std::int64_t placements = 1;
  MeasureOptions measure = {};  ///< of all placements together
  /// Asked after 10 placements and then whenever a quarter more were measured; ends before all were. With it, so does the end of the
  /// measuring time, loading included. Empty: never asked, all placements are measured.
  std::function<bool(const Placed&)> enough = {};
};
inline constexpr std::int64_t most_placements = 20;
inline constexpr std::int64_t placements_before_first_look = 10;

/// Measures in every placement by rounds (measure.hpp). Two copies of one model, each in one place in memory, differ surely and
/// reproducibly; only their differences over several places average out.
/// @source Mytkowicz, Diwan, Hauswirth and Sweeney, "Producing Wrong Data Without Doing Anything Obviously Wrong!" (ASPLOS 2009);
///         Curtsinger and Berger, "Stabilizer" (ASPLOS 2013)
/// @throws what `make` and the subjects throw
Placed measure_placed(const MakeSubjects& make, const PlacementOptions& options, const BetweenRounds& between);

/// How many placements a budget holds: the most of 20 such that each has its fewest rounds, its warm-up and its loading; 1 where
/// there would be fewer than an interval needs (6).
/// @param milliseconds  one placement at least, all subjects together
std::int64_t placements_within(double budget_ms, double milliseconds);

/// Candidate over reference with an interval over the placements, each one ratio of medians; with a single placement over groups
/// of rounds (paired_ratio), which knows nothing of other placements.
RatioInterval placed_ratio(const Placed& placed, std::size_t candidate, std::size_t reference);
/// The median run time with its interval, in the same way.
RatioInterval placed_median(const Placed& placed, std::size_t subject);

}  // namespace iai
