#include "quantizer/quantize/divergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace iai {
namespace {

/// What one level stands for.
struct Level {
  double mass = 0;      ///< counts, those outside of the range left out
  double occupied = 0;  ///< bins with any
};

/// Index of the level on which the middle of each bin falls.
std::size_t level_of(const AffineParameters& parameters, double value) { return static_cast<std::size_t>(parameters.integer(value) - parameters.lowest); }

/// Divergence of the histogram, cut at the ends of `range`, from what its levels make of it; in nats.
double divergence(const TensorStatistics& seen, const Range& range, const ActivationScheme& scheme) {
  const AffineParameters parameters = affine_parameters(range, scheme);
  const auto bin_of = [&](double value) {
    const double place = (value - static_cast<double>(seen.minimum)) / seen.bin_width();
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(seen.histogram.size() - 1)));
  };
  const std::size_t first = bin_of(range.low), last = bin_of(range.high);
  std::vector<Level> made(static_cast<std::size_t>(parameters.highest - parameters.lowest + 1));
  double below = 0, above = 0, inside = 0;
  for (std::size_t i = 0; i < seen.histogram.size(); ++i) {
    const auto count = static_cast<double>(seen.histogram[i]);
    if (i < first) below += count;
    else if (i > last) above += count;
    else if (count > 0) {
      Level& level = made[level_of(parameters, seen.bin_value(i))];
      level.mass += count;
      level.occupied += 1;
      inside += count;
    }
  }
  if (inside == 0) return std::numeric_limits<double>::infinity();
  constexpr double least_share = 1e-9;  // of a bin that the levels leave empty
  const double total = inside + below + above;
  double sum = 0;
  for (std::size_t i = first; i <= last; ++i) {
    auto count = static_cast<double>(seen.histogram[i]);
    const Level& level = made[level_of(parameters, seen.bin_value(i))];
    const double image = count > 0 ? level.mass / level.occupied / inside : 0;
    if (i == first) count += below;
    if (i == last) count += above;
    if (count > 0) sum += count / total * std::log(count / total / std::max(image, least_share));
  }
  return sum;
}

}  // namespace

Range least_divergence_range(const TensorStatistics& seen, const ActivationScheme& scheme) {
  const Range whole{std::min(static_cast<double>(seen.minimum), 0.0), std::max(static_cast<double>(seen.maximum), 0.0)};
  Range best = whole;
  double least = divergence(seen, whole, scheme);
  // Below two bins a level, levels could stand for single bins and any range would look perfect.
  constexpr int steps = 128;
  const auto levels = static_cast<std::size_t>(scheme.highest - scheme.lowest + 1);
  const int narrowest = static_cast<int>(2 * levels * steps / seen.histogram.size());
  for (int i = steps - 1; i >= std::max(narrowest, 1); --i) {
    const Range range{whole.low * i / steps, whole.high * i / steps};
    const double found = divergence(seen, range, scheme);
    if (found >= least) continue;
    least = found;
    best = range;
  }
  return best;
}

}  // namespace iai
