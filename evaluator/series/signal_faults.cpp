#include "evaluator/series/signal_faults.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/delimited.hpp"

namespace iai {

namespace {

constexpr std::size_t least_peers = 8;
constexpr double normal_over_mad = 1.4826;  // standard deviation over median absolute deviation of normal noise

/// Shortest run that the signal's own repetitions do not explain: with the probability p that a value comes again, a run of
/// n rows begins somewhere in the series with probability rows * p^n; at one in a million it is called stuck.
/// The longest runs are left out of p, so that a stuck sensor does not excuse itself.
std::int64_t explained_run(const SignalStatistics& statistics, std::int64_t least, double& repeats) {
  std::int64_t rows = statistics.rows(), runs = statistics.runs();
  for (const auto& run : statistics.longest_runs()) {
    rows -= run.rows;
    --runs;
  }
  repeats = rows < 20 ? 0.5 : std::clamp(static_cast<double>(rows - runs) / static_cast<double>(rows), 0.02, 0.999);
  const double limit = std::log(1e-6 / static_cast<double>(std::max<std::int64_t>(statistics.rows(), 1))) / std::log(repeats);
  return std::max(least, static_cast<std::int64_t>(std::ceil(limit)) + 3);
}

void find_stuck(const SignalStatistics& statistics, const SignalLimits& limits, std::vector<SignalFault>& faults) {
  double repeats = 0;
  const auto limit = explained_run(statistics, limits.stuck_rows, repeats);
  const auto& longest = statistics.longest_runs();
  for (const auto& run : longest) {
    if (run.rows < limit) continue;
    // A slow signal of coarse steps stands still at its turning points; a stuck one jumps when it comes back, and is alone.
    if (repeats > 0.35 && (run.jump < 4 * statistics.resolution() || run.rows < 4 * longest.back().rows)) continue;
    faults.push_back({SignalFaultKind::stuck, run.first, run.last, fmt::format("{}", run.value),
                      fmt::format("the value stands still for {} rows; its own noise explains {}", run.rows, limit - 1), 0});
  }
}

/// Zero is where many sensors rest: no rail.
bool is_rail(const SignalStatistics& statistics, const SignalStatistics::Rail& rail) {
  if (rail.value == 0 || rail.long_runs < 2) return false;
  const double usual = static_cast<double>(statistics.rows() - rail.rows) / static_cast<double>(std::max<std::int64_t>(statistics.runs() - rail.runs, 1));
  const double here = static_cast<double>(rail.rows) / static_cast<double>(rail.runs);
  return here >= 3 * usual && rail.rows >= std::max<std::int64_t>(8, statistics.rows() / 200);
}

void find_rail(const SignalStatistics& statistics, const SignalStatistics::Rail& rail, const char* end, std::vector<SignalFault>& faults) {
  if (!is_rail(statistics, rail)) return;
  std::erase_if(faults, [&](const SignalFault& fault) { return fault.kind == SignalFaultKind::stuck && fault.value == fmt::format("{}", rail.value); });
  faults.push_back(
      {SignalFaultKind::saturated, rail.longest.first, rail.longest.last, fmt::format("{}", rail.value),
       fmt::format("cut off at the {} end: {} rows in {} runs show exactly {}, the longest {} rows", end, rail.rows, rail.runs, rail.value, rail.longest.rows),
       0});
}

void find_spikes(SignalStatistics& statistics, const SignalLimits& limits, std::vector<SignalFault>& faults) {
  if (statistics.rows() < 50) return;
  const double step = std::isfinite(statistics.resolution()) ? statistics.resolution() : 0;
  const double usual = std::max(normal_over_mad * statistics.distance_quantile(0.5), step);
  // Signals of impacts have tails that fall off exponentially: each step as long as that from 95 % to 99 % leaves a fifth of
  // the values. Ten of them leave one in a thousand million.
  const double high = statistics.distance_quantile(0.99), tail = high - statistics.distance_quantile(0.95);
  const double limit = std::max(limits.spike_score * usual, high + 10 * tail);
  if (!(limit > 0)) return;
  const auto& far = statistics.far_values();
  const auto over = static_cast<std::size_t>(std::count_if(far.begin(), far.end(), [&](const FarValue& value) { return value.distance > limit; }));
  // Where there are many of them, that is how the signal is: impacts of a bearing, strokes of a press.
  if (over >= SignalStatistics::most_far || static_cast<double>(over) > 3 + 0.005 * static_cast<double>(statistics.rows())) return;
  for (std::size_t i = 0; i < over; ++i)
    faults.push_back({SignalFaultKind::spike, far[i].place, far[i].place, fmt::format("{}", far[i].value),
                      fmt::format("{:.4g} away from its neighbours, usual is {:.3g}", far[i].distance, usual), far[i].distance});
}

struct Line {
  double slope = 0, rest = 0;  ///< per block; sum of squares that it leaves
};

Line fit_line(std::span<const double> means) {
  const auto n = static_cast<double>(means.size());
  double sum = 0, moment = 0, squares = 0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const double x = static_cast<double>(i) - (n - 1) / 2;
    sum += means[i];
    moment += x * means[i];
    squares += x * x;
  }
  Line line{moment / squares, 0};
  for (std::size_t i = 0; i < means.size(); ++i) {
    const double rest = means[i] - sum / n - line.slope * (static_cast<double>(i) - (n - 1) / 2);
    line.rest += rest * rest;
  }
  return line;
}

struct Jump {
  std::size_t at = 0;  ///< first block behind it
  double change = 0, rest = 0;
};

/// The single change of the mean that leaves the smallest sum of squares; two blocks at least lie on either side.
Jump fit_jump(std::span<const double> means) {
  double sum = 0, squares = 0;
  for (const double mean : means) {
    sum += mean;
    squares += mean * mean;
  }
  Jump best{0, 0, HUGE_VAL};
  double left = 0;
  for (std::size_t k = 1; k + 2 <= means.size(); ++k) {
    left += means[k - 1];
    if (k < 2) continue;
    const auto a = static_cast<double>(k), b = static_cast<double>(means.size() - k);
    const double right = sum - left, rest = squares - left * left / a - right * right / b;
    if (rest < best.rest) best = {k, right / b - left / a, std::max(rest, 0.0)};
  }
  return best;
}

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What nine in ten series stay under.
double usual_limit(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 9 / 10);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// Median and spread (scaled median absolute deviation) of one figure over all series.
struct Spread {
  double middle = 0, deviation = 0;
  explicit Spread(const std::vector<double>& values) : middle(median_of(values)) {
    std::vector<double> distances;
    for (const double value : values) distances.push_back(std::abs(value - middle));
    deviation = normal_over_mad * median_of(std::move(distances));
  }
};

/// Ratios between units that are mistaken for each other, and what does it.
struct Factor {
  double ratio;
  const char* what;
};
constexpr Factor factors[] = {{10, "10 times"},
                              {100, "100 times"},
                              {1000, "1000 times (a step between units)"},
                              {0.1, "a tenth of"},
                              {0.01, "a hundredth of"},
                              {0.001, "a thousandth of (a step between units)"},
                              {14.503774, "14.5 times (psi for bar)"},
                              {0.0689476, "0.069 times (bar for psi)"},
                              {6.894757, "6.9 times (kPa for psi)"},
                              {60, "60 times (per minute for per second)"},
                              {1.0 / 60, "a 60th of (per second for per minute)"},
                              {9.80665, "9.81 times (m/s² for g)"},
                              {0.1019716, "0.102 times (g for m/s²)"},
                              {-1, "the negative of (wired the wrong way round)"}};

std::string scale_of(const SeriesSummary& one, const Spread& levels) {
  if (levels.middle == 0) return {};
  const double relative = levels.deviation / std::abs(levels.middle), ratio = one.median / levels.middle;
  const double tolerance = std::max(3 * relative, 0.04);
  for (const Factor& factor : factors)
    if (std::abs(ratio / factor.ratio - 1) <= std::min(tolerance, 0.25) && std::abs(ratio - 1) > 6 * relative + 0.5) return factor.what;
  const double slack = std::max(3 * levels.deviation, 2.0), far = 6 * levels.deviation + 5;
  if (std::abs(one.median - levels.middle) < far || levels.middle < -60 || levels.middle > 1500) return {};
  if (std::abs(one.median - levels.middle - 273.15) <= slack) return "273 more than (K for °C)";
  if (std::abs(one.median - levels.middle + 273.15) <= slack) return "273 less than (°C for K)";
  if (std::abs(one.median - (1.8 * levels.middle + 32)) <= 1.8 * slack) return "1.8 times and 32 more than (°F for °C)";
  if (std::abs(one.median - (levels.middle - 32) / 1.8) <= slack) return "as if in °C, not °F:";
  return {};
}

}  // namespace

std::string signal_fault_name(SignalFaultKind kind) {
  static constexpr const char* names[] = {"dead", "stuck", "saturated", "spike", "resolution", "step", "drift", "scale", "gap", "clock"};
  static_assert(std::size(names) == signal_fault_kinds);
  return names[static_cast<std::size_t>(kind)];
}

std::vector<SignalFault> find_signal_faults(SignalStatistics& statistics, const SignalLimits& limits) {
  std::vector<SignalFault> faults;
  if (statistics.rows() < limits.stuck_rows) return faults;
  if (statistics.minimum() == statistics.maximum()) {
    const auto& run = statistics.longest_runs().front();
    faults.push_back(
        {SignalFaultKind::dead, run.first, run.last, fmt::format("{}", run.value), fmt::format("all {} values are the same", statistics.rows()), 0});
    return faults;
  }
  find_stuck(statistics, limits, faults);
  find_rail(statistics, statistics.low_rail(), "lower", faults);
  find_rail(statistics, statistics.high_rail(), "upper", faults);
  find_spikes(statistics, limits, faults);
  return faults;
}

std::vector<SignalFault> find_clock_faults(IntervalStatistics& statistics, std::optional<double> declared_period) {
  std::vector<SignalFault> faults;
  for (const auto& fault : statistics.faults()) {
    const double step = static_cast<double>(fault.step) / 1e9;
    std::string message = fault.kind == TimeFaultKind::repeated ? "the same time as in the row before"
                          : fault.kind == TimeFaultKind::backward
                              ? fmt::format("{:.9g} s before the row before", -step)
                              : fmt::format("{:.9g} s back in the hour that the end of summer time shows twice: record UTC, or the offset", -step);
    faults.push_back({SignalFaultKind::clock, fault.place, fault.place, format_timestamp(fault.time), std::move(message), 0});
  }
  const auto period = declared_period ? declared_period : statistics.period();
  if (!period) return faults;
  for (const auto& pause : statistics.longest()) {
    const double periods = static_cast<double>(pause.step) / *period;
    if (periods < 1.5) break;
    faults.push_back({SignalFaultKind::gap, pause.place, pause.place, format_timestamp(pause.time),
                      fmt::format("{:.9g} s after the row before, the period is {:.9g} s: about {:.0f} rows are missing", static_cast<double>(pause.step) / 1e9,
                                  *period / 1e9, periods - 1),
                      0});
  }
  return faults;
}

SeriesSummary summarize(SignalStatistics& statistics) {
  SeriesSummary summary;
  summary.rows = statistics.rows();
  summary.median = statistics.quantile(0.5);
  summary.resolution = statistics.resolution();
  if (!statistics.far_values().empty()) summary.farthest = statistics.far_values().front().distance;
  std::vector<double> means;
  for (const auto& block : statistics.blocks())
    if (block.rows * 2 >= statistics.blocks().front().rows) means.push_back(block.mean());
  if (means.size() < 12) return summary;
  std::vector<double> moves;
  for (std::size_t i = 1; i < means.size(); ++i) moves.push_back(std::abs(means[i] - means[i - 1]));
  double noise = normal_over_mad * median_of(moves);
  if (std::isfinite(summary.resolution)) noise = std::max(noise, summary.resolution / std::sqrt(static_cast<double>(statistics.blocks().front().rows)));
  double sum = 0, all = 0;
  for (const double mean : means) sum += mean;
  for (const double mean : means) all += (mean - sum / static_cast<double>(means.size())) * (mean - sum / static_cast<double>(means.size()));
  if (!(all > 0) || !(noise > 0)) return summary;
  const Jump jump = fit_jump(means);
  const Line line = fit_line(means);
  summary.step = jump.change;
  summary.step_share = 1 - jump.rest / all;
  summary.step_score = std::abs(jump.change) / noise;
  summary.step_place = statistics.blocks()[jump.at].first;
  summary.drift = line.slope * static_cast<double>(means.size() - 1);
  summary.drift_share = 1 - line.rest / all;
  summary.drift_score = std::abs(summary.drift) / noise;
  return summary;
}

bool is_spike_among(double distance, std::span<const SeriesSummary> summaries) {
  if (summaries.size() < least_peers) return true;
  std::vector<double> farthest;
  for (const auto& one : summaries) farthest.push_back(one.farthest);
  return distance > 3 * median_of(std::move(farthest));
}

std::vector<PeerFault> find_peer_faults(std::span<const SeriesSummary> summaries) {
  std::vector<double> levels, steps, drifts, resolutions;
  for (const auto& one : summaries) {
    levels.push_back(one.median);
    steps.push_back(std::abs(one.step));
    drifts.push_back(std::abs(one.drift));
    if (std::isfinite(one.resolution)) resolutions.push_back(std::log2(one.resolution));
  }
  const bool peers = summaries.size() >= least_peers;
  const double usual_step = 1.5 * usual_limit(steps), usual_drift = 1.5 * usual_limit(drifts);
  const Spread level(levels), step(steps), drift(drifts), resolution(resolutions);
  std::vector<PeerFault> faults;
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    const auto& one = summaries[i];
    const auto add = [&](SignalFaultKind kind, const RowPlace& first, std::string message) {
      faults.push_back({i, {kind, first, one.last, "", std::move(message), 0}});
    };
    const bool jumps = one.step_share > one.drift_share;
    if (jumps && one.step_share > 0.8 && one.step_score > 8 &&
        (peers ? std::abs(one.step) > std::max(usual_step, step.middle + 6 * step.deviation) : one.step_share > 0.97 && one.step_score > 15))
      add(SignalFaultKind::step, one.step_place,
          fmt::format("from about here on the level is {:.4g} {} than before", std::abs(one.step), one.step > 0 ? "higher" : "lower"));
    if (!peers) continue;
    if (!jumps && one.drift_share > 0.8 && one.drift_score > 8 && std::abs(one.drift) > std::max(usual_drift, drift.middle + 6 * drift.deviation))
      add(SignalFaultKind::drift, one.first,
          fmt::format("the level moves by {:.4g} from begin to end; in the other series by {:.3g}", one.drift, drift.middle));
    const auto what = scale_of(one, level);
    if (what.empty() && std::isfinite(one.resolution) && resolutions.size() >= least_peers &&
        std::log2(one.resolution) > resolution.middle + std::max(2.0, 6 * resolution.deviation))
      add(SignalFaultKind::resolution, one.first,
          fmt::format("values differ by {:.3g} at least; in the other series by {:.3g}", one.resolution, std::exp2(resolution.middle)));
    if (!what.empty())
      add(SignalFaultKind::scale, one.first, fmt::format("the level {:.4g} is {} that of the other series, {:.4g}", one.median, what, level.middle));
  }
  return faults;
}

}  // namespace iai
