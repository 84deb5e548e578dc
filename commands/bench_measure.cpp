#include "commands/bench_measure.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

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
    all.push_back(std::move(figures));
  }
  return all;
}

/// How well the figure that the user asks for is known: the worst of the ratios, or the median of a single model.
std::optional<double> precision_of(const std::vector<Measured>& measured) {
  if (measured.size() == 1) return relative_half_width(median_interval(measured.front().latency));
  double worst = 0;
  for (std::size_t i = 1; i < measured.size(); ++i) {
    const auto one = relative_half_width(paired_ratio(measured[i].latency, measured.front().latency));
    if (!one) return std::nullopt;
    worst = std::max(worst, *one);
  }
  return worst;
}

MeasureOptions measure_options(const BenchOptions& options) {
  MeasureOptions measure{options.seconds, options.runs, options.seed};
  if (options.until_percent > 0) {
    const double wanted = options.until_percent / 100;
    measure.seconds = options.budget_s / static_cast<double>(measured_paths(options).size());
    measure.enough = [wanted](const std::vector<Measured>& measured) {
      const auto precision = precision_of(measured);
      return precision && *precision <= wanted;
    };
  }
  return measure;
}

void summarize_model(BenchFigures& figures, const Measured& measured, std::int64_t batch) {
  const std::vector<double>& values = measured.latency.values;
  figures.measured = measured;
  figures.latency = summarize(values);
  figures.median = median_interval(measured.latency);
  const double spent_s = std::accumulate(values.begin(), values.end(), 0.0) / 1000;
  figures.throughput_per_s = static_cast<double>(batch) * static_cast<double>(values.size()) / spent_s;
}

/// One model after the other: a load fills the machine.
void measure_loads(const BenchOptions& options, std::deque<BenchModel>& models, BenchResult& result, Output& output) {
  LoadOptions load;
  load.seconds = options.seconds;
  load.rate = options.load.rate;
  load.arrivals = options.load.arrivals == "constant" ? Arrivals::constant : Arrivals::poisson;
  load.seed = options.seed;
  for (std::size_t i = 0; i < models.size(); ++i) {
    output.progress("measuring under load", i, models.size());
    result.models[i].load = measure_load(models[i].streams(std::max(options.load.concurrency, 1), options), load);
  }
}

}  // namespace

BenchResult measure_models(const BenchOptions& options, Context& context) {
  BenchResult result;
  result.models = start_cold(options);
  BenchSetting& setting = result.setting;
  std::deque<BenchModel> models;
  std::vector<Subject> subjects;
  for (const BenchFigures& figures : result.models) {
    models.emplace_back(figures.model, options);
    refuse_other_interface(models.front(), models.back());
    subjects.emplace_back([model = &models.back()] { model->run(); });
  }
  SteadinessWatch watch;
  auto last = std::chrono::steady_clock::now();
  const std::vector<Measured> measured = measure(subjects, measure_options(options), [&](double done) {
    context.output.progress("measuring", static_cast<std::uint64_t>(done * 1000), 1000);
    if (std::chrono::steady_clock::now() - last < std::chrono::milliseconds(250)) return;
    watch.sample();
    last = std::chrono::steady_clock::now();
  });
  watch.sample();
  setting.steadiness = watch.result(drift(measured.front().latency));
  setting.energy = measure_energy(options.energy, subjects);
  setting.batch = models.front().batch();
  setting.threads = thread_count(options.runtime.threads);
  setting.rounds = static_cast<std::int64_t>(measured.front().latency.ends.size());
  setting.precision = precision_of(measured);
  if (measured.size() > 1) setting.reference = result.models.front().model;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    BenchFigures& figures = result.models[i];
    summarize_model(figures, measured[i], setting.batch);
    if (i > 0) figures.ratio = paired_ratio(measured[i].latency, measured.front().latency);
  }
  if (options.load.asked()) measure_loads(options, models, result, context.output);
  return result;
}

}  // namespace iai
