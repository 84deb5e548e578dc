#include "evaluator/drift/persistence.hpp"

#include <algorithm>
#include <cmath>

namespace iai {

namespace {

constexpr double fewest_means = 32;
constexpr double clearly = 3;  // deviations of the estimate, from which on a series counts as one that keeps its values

}  // namespace

void Persistence::add(double value) {
  for (auto& level : levels_) {
    level.count += 1;
    const double before = value - level.mean;
    level.mean += before / level.count;
    level.squares += before * (value - level.mean);
    level.waits = !level.waits;
    if (level.waits) {
      level.waiting = value;
      return;
    }
    value = (level.waiting + value) / 2;
  }
}

double Persistence::values_as_one() const {
  const auto variance = [](const Level& level) { return level.squares / (level.count - 1); };
  if (levels_[0].count < fewest_means || !(variance(levels_[0]) > 0)) return 1;
  double most = 1, shorter = 1, length = 2;
  for (std::size_t l = 1; l < levels_.size() && levels_[l].count >= fewest_means; ++l, length *= 2) {
    const double here = length * variance(levels_[l]) / variance(levels_[0]);
    // Means of n values miss what reaches further than they: an error that goes as 1/n, so that twice this less the shorter has none.
    if (here > 1 + clearly * std::sqrt(2 / (levels_[l].count - 1))) most = std::max({most, here, 2 * here - shorter});
    shorter = here;
  }
  return most;
}

}  // namespace iai
