#include "commands/bench_measure.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <numeric>

#include "commands/model_precision.hpp"
#include "evaluator/bench/machine_peak.hpp"
#include "evaluator/bench/placements.hpp"
#include "evaluator/data/counter_random.hpp"
#include "evaluator/metrics/ordered_work.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> measured_paths(const BenchOptions& options) {
  std::vector<fs::path> paths;
  if (!options.reference.empty()) paths.push_back(options.reference);
  paths.insert(paths.end(), options.models.begin(), options.models.end());
  return paths;
}

std::vector<BenchFigures> start_cold(const BenchOptions& options) {
  std::vector<BenchFigures> all;
  for (const fs::path& path : measured_paths(options)) {
    const MakeInputs inputs = [&](const Session& session) { return bench_inputs(path, session, options, 1).front(); };
    BenchFigures figures;
    figures.model = path;
    figures.cold = measure_cold_start(path, bench_session_options(options), inputs);
    figures.precision = precision_of_file(path);
    all.push_back(std::move(figures));
  }
  return all;
}

/// How well the figure that the user asks for is known: the worst of the ratios, or the median of a single model.
std::optional<double> precision_of(const Placed& placed) {
  if (placed.subjects.size() == 1) return relative_half_width(placed_median(placed, 0));
  double worst = 0;
  for (std::size_t i = 1; i < placed.subjects.size(); ++i) {
    const auto one = relative_half_width(placed_ratio(placed, i, 0));
    if (!one) return std::nullopt;
    worst = std::max(worst, *one);
  }
  return worst;
}

/// What a placement takes at least: loading, warm-up and the fewest rounds.
double shortest_placement_ms(const std::vector<BenchFigures>& models) {
  constexpr double block_ms = 10, warm_up_ms = 50;
  double sum = 0;
  for (const BenchFigures& figures : models) {
    sum += figures.cold.load_ms + warm_up_ms + static_cast<double>(fewest_rounds) * std::max(block_ms, figures.cold.first_inference_ms);
  }
  return sum;
}

PlacementOptions placement_options(const BenchOptions& options, const std::vector<BenchFigures>& models) {
  constexpr std::int64_t fewest_runs = 20;
  PlacementOptions placement;
  placement.measure = {options.seconds, options.runs, options.seed};
  if (options.runs > 0) {
    placement.placements = placements_within(static_cast<double>(options.runs), static_cast<double>(fewest_runs));
  } else if (options.until_percent > 0) {
    const auto is_known = [wanted = options.until_percent / 100](const Placed& placed) {
      const auto precision = precision_of(placed);
      return precision && *precision <= wanted;
    };
    placement.measure.seconds = options.budget_s / static_cast<double>(models.size());
    const auto possible = static_cast<std::int64_t>(options.budget_s * 1000 / shortest_placement_ms(models));
    placement.placements = possible < placements_before_first_look ? 1 : possible;
    if (placement.placements > 1) placement.enough = is_known;
    else placement.measure.enough = [is_known](const std::vector<Measured>& measured) { return is_known({measured, {measured.front().latency.ends.size()}}); };
  } else {
    placement.placements = placements_within(options.seconds * 1000 * static_cast<double>(models.size()), shortest_placement_ms(models));
  }
  return placement;
}

void summarize_model(BenchFigures& figures, const Placed& placed, std::size_t at, std::int64_t batch) {
  figures.measured = placed.subjects[at];
  const std::vector<double>& values = figures.measured.latency.values;
  figures.latency = summarize(values);
  figures.median = placed_median(placed, at);
  const double spent_s = std::accumulate(values.begin(), values.end(), 0.0) / 1000;
  figures.throughput_per_s = static_cast<double>(batch) * static_cast<double>(values.size()) / spent_s;
  if (at > 0) figures.ratio = placed_ratio(placed, at, 0);
}

/// The models that are measured together, and can be put elsewhere in memory.
class ModelsAtWork {
 public:
  ModelsAtWork(const std::vector<BenchFigures>& all, const BenchOptions& options) : options_(options) {
    for (const BenchFigures& figures : all) {
      models_.emplace_back(figures.model, options);
      refuse_other_interface(models_.front(), models_.back());
    }
  }
  std::deque<BenchModel>& models() { return models_; }
  std::vector<Subject> subjects() {
    std::vector<Subject> subjects;
    for (BenchModel& model : models_) subjects.emplace_back([&model] { model.run(); });
    return subjects;
  }
  /// Loads all in an order drawn anew, between blocks of memory of random size, so that nothing lies where it lay.
  std::vector<Subject> placed_anew(std::uint64_t placement) {
    if (placement > 0) {
      for (BenchModel& model : models_) model.unload();
      padding_.clear();
      for (const std::size_t i : round_order(models_.size(), options_.seed, placement)) {
        pad(placement * models_.size() + i);
        models_[i].reload(options_);
      }
    }
    return subjects();
  }

 private:
  const BenchOptions& options_;
  std::deque<BenchModel> models_;
  std::vector<std::unique_ptr<char[]>> padding_;

  void pad(std::uint64_t index) {
    constexpr std::uint64_t blocks = 16, line = 64, most_lines = 2048;
    const CounterRandom random(options_.seed, "places in memory");
    for (std::uint64_t i = 0; i < blocks; ++i) {
      const std::uint64_t bytes = line * (1 + random.below(index * blocks + i, most_lines));
      padding_.push_back(std::make_unique<char[]>(bytes));  // set to 0: its pages are taken
    }
  }
};

/// One model after the other: a load fills the machine.
void measure_loads(const BenchOptions& options, std::deque<BenchModel>& models, BenchResult& result, Output& output) {
  LoadOptions load;
  load.seconds = options.seconds;
  load.rate = options.load.rate;
  load.arrivals = options.load.arrivals == "constant" ? Arrivals::constant : Arrivals::poisson;
  load.seed = options.seed;
  for (std::size_t i = 0; i < models.size(); ++i) {
    output.progress("measuring under load", i, models.size());
    result.models[i].load = measure_load(models[i].streams(std::max(options.load.concurrency, 1)), load);
  }
}

/// Where each kernel ran and how long it took.
void look_inside(const BenchOptions& options, BenchResult& result) {
  const std::string provider = Runtime::get().provider_name(options.runtime.device);
  for (BenchFigures& figures : result.models) {
    figures.kernels = profile_model(figures.model, options);
    figures.fell_back = fallen_back(figures.kernels, provider);
  }
  if (options.operators) result.setting.peak = measure_machine_peak(result.setting.threads);
}

}  // namespace

bool is_refused(const BenchOptions& options, const BenchResult& result) {
  return options.require_provider &&
         std::any_of(result.models.begin(), result.models.end(), [](const BenchFigures& figures) { return !figures.fell_back.empty(); });
}

BenchResult measure_models(const BenchOptions& options, Context& context) {
  BenchResult result;
  result.models = start_cold(options);
  BenchSetting& setting = result.setting;
  ModelsAtWork work(result.models, options);
  SteadinessWatch watch;
  auto last = std::chrono::steady_clock::now();
  const MakeSubjects make = [&](std::uint64_t placement) { return work.placed_anew(placement); };
  const Placed placed = measure_placed(make, placement_options(options, result.models), [&](double done) {
    context.output.progress("measuring", static_cast<std::uint64_t>(done * 1000), 1000);
    if (std::chrono::steady_clock::now() - last < std::chrono::milliseconds(250)) return;
    watch.sample();
    last = std::chrono::steady_clock::now();
  });
  watch.sample();
  setting.steadiness = watch.result(drift(placed.subjects.front().latency));
  setting.energy = measure_energy(options.energy, options.runtime.device, work.subjects());
  setting.batch = work.models().front().batch();
  setting.threads = thread_count(options.runtime.threads);
  setting.rounds = static_cast<std::int64_t>(placed.ends.back());
  setting.placements = static_cast<std::int64_t>(placed.ends.size());
  setting.precision = precision_of(placed);
  if (result.models.size() > 1) setting.reference = result.models.front().model;
  for (std::size_t i = 0; i < result.models.size(); ++i) summarize_model(result.models[i], placed, i, setting.batch);
  if (options.operators || options.require_provider || options.runtime.device != "cpu") look_inside(options, result);
  if (options.load.asked()) measure_loads(options, work.models(), result, context.output);
  return result;
}

}  // namespace iai
