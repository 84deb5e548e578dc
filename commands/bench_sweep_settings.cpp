#include "commands/bench_sweep_settings.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>

#include "commands/bench_energy.hpp"
#include "commands/bench_model.hpp"
#include "commands/model_precision.hpp"
#include "evaluator/bench/measure.hpp"
#include "evaluator/bench/pareto.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

double SweptSetting::spread() const {
  const auto [least, most] = std::minmax_element(medians_ms.begin(), medians_ms.end());
  return *most / *least - 1;
}

namespace {

constexpr std::size_t most_settings = 256;
constexpr int passes = 2;

/// User and system time of this process so far.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::vector<int> thread_choices(const SweepOption& option) {
  if (!option.threads.empty()) return option.threads;
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<int> choices;
  for (int threads = 1; threads < cores; threads *= 2) choices.push_back(threads);
  choices.push_back(cores);
  return choices;
}

std::vector<std::int64_t> batch_choices(const BenchOptions& options, const fs::path& model, const Session& session) {
  const std::int64_t fixed = fixed_batch(session);
  if (fixed == 0) return options.sweep.batches.empty() ? std::vector<std::int64_t>{1, 4, 16} : options.sweep.batches;
  for (const std::int64_t batch : options.sweep.batches) {
    if (batch == fixed) continue;
    throw Error(ErrorKind::input, fmt::format("{}: its batch is fixed at {}, not {}", model.string(), fixed, batch),
                "leave --sweep-batch out, or make the batch dynamic first");
  }
  return {fixed};
}

void add_settings(const BenchOptions& options, const fs::path& model, const Session& session, std::vector<SweptSetting>& settings) {
  const SweepOption& sweep = options.sweep;
  const std::vector<std::string> devices = sweep.devices.empty() ? std::vector{options.runtime.device} : sweep.devices;
  const std::string precision = precision_of_file(model);
  for (const std::string& device : devices) {
    for (const std::string& optimization : sweep.optimizations) {
      for (const int threads : thread_choices(sweep)) {
        for (const std::int64_t batch : batch_choices(options, model, session)) {
          settings.push_back({.model = model, .precision = precision, .session = {device, threads, optimization, batch, {}}});
        }
      }
    }
  }
}

}  // namespace

std::vector<SweptSetting> swept_settings(const BenchOptions& options, const std::vector<fs::path>& models) {
  std::vector<SweptSetting> settings;
  std::optional<Session> first;
  for (const fs::path& model : models) {
    Session session(model, bench_session_options(options));
    if (first) refuse_other_inputs(models.front(), *first, model, session);
    add_settings(options, model, session, settings);
    if (!first) first.emplace(std::move(session));
  }
  if (settings.size() > most_settings) {
    throw Error(ErrorKind::usage, fmt::format("{} settings are too many ({} at most)", settings.size(), most_settings),
                "name fewer models, or fewer with --sweep-threads, --sweep-batch ...");
  }
  return settings;
}

namespace {

BenchOptions with(const SessionFile& session, BenchOptions options) {
  options.runtime.device = session.device;
  options.runtime.threads = session.threads;
  options.runtime.batch = static_cast<int>(session.batch);
  options.optimization = session.optimization;
  return options;
}

/// One pass over one setting, with no other session open: its threads would watch for work beside those that are measured.
void measure_setting(SweptSetting& setting, const BenchOptions& all_options, bool is_first) {
  const BenchOptions options = with(setting.session, all_options);
  const fs::path& path = setting.model;
  if (is_first)
    setting.cold =
        measure_cold_start(path, bench_session_options(options), [&](const Session& session) { return bench_inputs(path, session, options, 1).front(); });
  BenchModel model(path, options);
  const Subject run = [&] {
    model.run();
    setting.runs += 1;
  };
  MeasureOptions measure_options;
  measure_options.seconds = options.seconds / passes;
  measure_options.seed = options.seed;
  const double start = processor_seconds();
  const std::vector<Measured> measured = measure({run}, measure_options, [](double) {});
  setting.processor_s += processor_seconds() - start;
  const std::vector<double>& values = measured.front().latency.values;
  setting.run_ms.insert(setting.run_ms.end(), values.begin(), values.end());
  setting.medians_ms.push_back(median(values));
  if (!is_first) return;
  const EnergyFigures energy = measure_energy(options.energy, options.runtime.device, {[&] { model.run(); }});
  if (!energy.subjects.empty()) setting.energy_j = energy.subjects.front().total.value;
}

}  // namespace

Steadiness measure_settings(std::vector<SweptSetting>& settings, const BenchOptions& options, Output& output) {
  SteadinessWatch watch;
  std::uint64_t done = 0;
  for (int pass = 0; pass < passes; ++pass) {
    for (const std::size_t i : round_order(settings.size(), options.seed, static_cast<std::uint64_t>(pass))) {
      output.progress("measuring settings", done++, settings.size() * passes);
      measure_setting(settings[i], options, pass == 0);
      watch.sample();
    }
  }
  for (SweptSetting& setting : settings) setting.latency = summarize(setting.run_ms);
  return watch.result(0);
}

SweepChoice choose_setting(const std::vector<SweptSetting>& settings, double limit_ms) {
  SweepChoice choice;
  choice.by_energy =
      !settings.empty() && std::all_of(settings.begin(), settings.end(), [](const SweptSetting& setting) { return setting.energy_j.has_value(); });
  const auto cost = [&](const SweptSetting& setting) { return choice.by_energy ? *setting.energy_j_a_sample() : setting.processor_ms_a_sample(); };
  std::vector<std::vector<double>> costs;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const SweptSetting& setting = settings[i];
    costs.push_back({setting.latency.p99, -setting.throughput_per_s(), setting.energy_j_a_sample().value_or(std::nan("")),
                     static_cast<double>(setting.cold.peak_rss_bytes)});
    if (limit_ms > 0 && setting.latency.p99 > limit_ms) continue;
    if (!choice.cheapest || cost(setting) < cost(settings[*choice.cheapest])) choice.cheapest = i;
  }
  choice.on_front = pareto_front(costs);
  return choice;
}

}  // namespace iai
