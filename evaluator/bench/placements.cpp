#include "evaluator/bench/placements.hpp"

#include <algorithm>
#include <span>

namespace iai {

namespace {

void append(Measured& all, const Measured& more) {
  const std::size_t before = all.latency.values.size();
  all.latency.values.insert(all.latency.values.end(), more.latency.values.begin(), more.latency.values.end());
  for (const std::size_t end : more.latency.ends) all.latency.ends.push_back(before + end);
  all.warm_up.settled = all.warm_up.settled && more.warm_up.settled;
}

/// The share of the whole that placement `at` has.
MeasureOptions part_of(const PlacementOptions& options, std::int64_t at) {
  MeasureOptions part = options.measure;
  part.seconds /= static_cast<double>(options.placements);
  part.runs = (at + 1) * options.measure.runs / options.placements - at * options.measure.runs / options.placements;
  part.seed += static_cast<std::uint64_t>(at);
  return part;
}

/// Median of the run times of one placement.
double median_in(const Placed& placed, std::size_t subject, std::size_t placement) {
  const RoundSeries& series = placed.subjects[subject].latency;
  const std::size_t first_round = placement == 0 ? 0 : placed.ends[placement - 1];
  const std::size_t begin = first_round == 0 ? 0 : series.ends[first_round - 1];
  return median(std::span(series.values).subspan(begin, series.ends[placed.ends[placement] - 1] - begin));
}

}  // namespace

Placed measure_placed(const MakeSubjects& make, const PlacementOptions& options, const BetweenRounds& between) {
  Placed placed;
  std::int64_t next_look = placements_before_first_look;
  const double start_ms = options.measure.now();
  double budget_ms = 0;
  for (std::int64_t at = 0; at < options.placements; ++at) {
    const std::vector<Subject> subjects = make(static_cast<std::uint64_t>(at));
    if (at == 0) budget_ms = options.measure.seconds * 1000 * static_cast<double>(subjects.size());
    const auto done = [&](double part) { between((static_cast<double>(at) + part) / static_cast<double>(options.placements)); };
    std::vector<Measured> measured = measure(subjects, part_of(options, at), done);
    if (at == 0) placed.subjects = std::move(measured);
    else
      for (std::size_t i = 0; i < measured.size(); ++i) append(placed.subjects[i], measured[i]);
    placed.ends.push_back(placed.subjects.front().latency.ends.size());
    if (static_cast<std::int64_t>(placed.subjects.front().latency.values.size()) >= most_runs) break;
    if (!options.enough) continue;
    if (options.measure.runs == 0 && options.measure.now() - start_ms >= budget_ms) break;  // loading counts too
    if (at + 1 < next_look) continue;
    next_look = at + 1 + (at + 1) / 4;
    if (options.enough(placed)) break;
  }
  return placed;
}

std::int64_t placements_within(double budget_ms, double milliseconds) {
  const auto placements = static_cast<std::int64_t>(std::min(budget_ms / milliseconds, 1e9));
  return placements < fewest_groups ? 1 : std::min(placements, most_placements);
}

RatioInterval placed_ratio(const Placed& placed, std::size_t candidate, std::size_t reference) {
  if (placed.ends.size() < static_cast<std::size_t>(fewest_groups)) return paired_ratio(placed.subjects[candidate].latency, placed.subjects[reference].latency);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < placed.ends.size(); ++i) ratios.push_back(median_in(placed, candidate, i) / median_in(placed, reference, i));
  return order_interval(ratios);
}

RatioInterval placed_median(const Placed& placed, std::size_t subject) {
  if (placed.ends.size() < static_cast<std::size_t>(fewest_groups)) return median_interval(placed.subjects[subject].latency);
  std::vector<double> medians;
  for (std::size_t i = 0; i < placed.ends.size(); ++i) medians.push_back(median_in(placed, subject, i));
  return order_interval(medians);
}

}  // namespace iai
