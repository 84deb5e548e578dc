#include "evaluator/bench/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "evaluator/data/counter_random.hpp"

namespace iai {
namespace {

constexpr double block_ms = 10;
constexpr double window_ms = 2;
constexpr std::int64_t window_runs = 10;
constexpr double shortest_warm_up_ms = 50;
constexpr std::int64_t longest_block = 2000;

double timed(const Subject& subject, NowMs now) {
  const double start = now();
  subject();
  return now() - start;
}

/// Median run time of a window of runs.
double run_window(const Subject& subject, std::int64_t& runs, NowMs now) {
  std::vector<double> values;
  double spent = 0;
  while (spent < window_ms || static_cast<std::int64_t>(values.size()) < window_runs) {
    values.push_back(timed(subject, now));
    spent += values.back();
  }
  runs += static_cast<std::int64_t>(values.size());
  return median(values);
}

/// Runs in a row that take about 10 ms; in a budget of runs few enough to leave 30 rounds.
std::int64_t block_of(double run_ms, const MeasureOptions& options) {
  const double wanted = std::ceil(block_ms / std::max(run_ms, 1e-6));
  const std::int64_t most = options.runs > 0 ? std::max<std::int64_t>(options.runs / 30, 1) : longest_block;
  return static_cast<std::int64_t>(std::clamp(wanted, 1.0, static_cast<double>(most)));
}

void run_block(const Subject& subject, std::int64_t runs, RoundSeries& series, NowMs now) {
  if (runs > 1) subject();
  for (std::int64_t i = 0; i < runs; ++i) series.values.push_back(timed(subject, now));
  series.ends.push_back(series.values.size());
}

std::int64_t most_taken(const std::vector<Measured>& measured) {
  std::size_t most = 0;
  for (const Measured& one : measured) most = std::max(most, one.latency.values.size());
  return static_cast<std::int64_t>(most);
}

/// Decides after each round whether another one follows.
class RoundsLeft {
 public:
  RoundsLeft(const MeasureOptions& options, std::size_t subjects)
      : options_(options), start_(options.now()), budget_ms_(options.seconds * 1000 * static_cast<double>(subjects)) {}

  bool is_done(std::uint64_t round, const std::vector<Measured>& measured) {
    const std::int64_t taken = most_taken(measured);
    if (options_.runs > 0) return taken >= options_.runs;
    if (round < static_cast<std::uint64_t>(fewest_rounds)) return false;
    return spent_ms() >= budget_ms_ || taken >= most_runs || is_enough(round, measured);
  }
  /// Share of the work that is done.
  double done(const std::vector<Measured>& measured) const {
    const double share = options_.runs > 0 ? static_cast<double>(most_taken(measured)) / static_cast<double>(options_.runs) : spent_ms() / budget_ms_;
    return std::min(share, 1.0);
  }

 private:
  const MeasureOptions& options_;
  double start_, budget_ms_;
  std::uint64_t next_look_ = rounds_before_first_look;

  double spent_ms() const { return options_.now() - start_; }
  bool is_enough(std::uint64_t round, const std::vector<Measured>& measured) {
    if (!options_.enough || round < next_look_) return false;
    next_look_ = round + round / 4;
    return options_.enough(measured);
  }
};

}  // namespace

double steady_now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

WarmUp warm_up(const Subject& subject, double limit_s, NowMs now) {
  WarmUp result;
  const double start = now();
  double before = run_window(subject, result.runs, now);
  int level = 0, windows = 1;
  const auto too_short = [&] { return now() - start < shortest_warm_up_ms; };
  while ((level < 2 || too_short()) && (windows < 3 || now() - start < limit_s * 1000)) {
    const double after = run_window(subject, result.runs, now);
    level = after >= 0.98 * before ? level + 1 : 0;
    before = after;
    ++windows;
  }
  result.settled = level >= 2;
  result.last_run_ms = before;
  result.duration_ms = now() - start;
  return result;
}

std::vector<std::size_t> round_order(std::size_t count, std::uint64_t seed, std::uint64_t round) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const CounterRandom random(seed, "order of the round");
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(round * count + i - 1, i)]);
  return order;
}

std::vector<Measured> measure(const std::vector<Subject>& subjects, const MeasureOptions& options, const BetweenRounds& between) {
  std::vector<Measured> measured(subjects.size());
  const double warm_up_limit_s = std::clamp(options.seconds, 0.5, 5.0);
  std::int64_t shortest_block = longest_block;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    measured[i].warm_up = warm_up(subjects[i], warm_up_limit_s, options.now);
    measured[i].block = block_of(measured[i].warm_up.last_run_ms, options);
    shortest_block = std::min(shortest_block, measured[i].block);
    between(0);
  }
  // In a budget of runs every model takes the same number of them in every round.
  for (Measured& one : measured) one.block = options.runs > 0 ? shortest_block : one.block;

  RoundsLeft left_over(options, subjects.size());
  for (std::uint64_t round = 0; !left_over.is_done(round, measured); ++round) {
    between(left_over.done(measured));
    const std::int64_t taken = most_taken(measured);
    for (const std::size_t i : round_order(subjects.size(), options.seed, round)) {
      const std::int64_t left = options.runs > 0 ? options.runs - taken : measured[i].block;
      run_block(subjects[i], std::min(measured[i].block, left), measured[i].latency, options.now);
    }
  }
  between(1);
  return measured;
}

}  // namespace iai
