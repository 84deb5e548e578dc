#include "commands/bench_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>

#include "commands/bench_measure.hpp"
#include "commands/bench_report.hpp"
#include "commands/recording.hpp"
#include "commands/session_file.hpp"
#include "evaluator/bench/pareto.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_settings = 256;
constexpr int passes = 2;

struct SweptSetting {
  SessionFile session;
  ColdStart cold;
  std::vector<double> run_ms;  ///< of all passes
  std::vector<double> medians_ms;
  double processor_s = 0, runs = 0;  ///< of every run that was made, also those that warm up
  std::optional<double> energy_j;    ///< a run
  LatencySummary latency;

  double samples() const { return static_cast<double>(session.batch); }
  double throughput_per_s() const { return samples() / latency.mean * 1000; }
  double processor_ms_a_sample() const { return processor_s * 1000 / runs / samples(); }
  /// How far the passes' medians lie apart.
  double spread() const { return std::max(medians_ms[0], medians_ms[1]) / std::min(medians_ms[0], medians_ms[1]) - 1; }
};

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

std::vector<std::int64_t> batch_choices(const BenchOptions& options) {
  const Session session(options.models.front(), bench_session_options(options));
  const std::int64_t fixed = fixed_batch(session);
  if (fixed == 0) return options.sweep.batches.empty() ? std::vector<std::int64_t>{1, 4, 16} : options.sweep.batches;
  for (const std::int64_t batch : options.sweep.batches) {
    if (batch == fixed) continue;
    throw Error(ErrorKind::input, fmt::format("{}: its batch is fixed at {}, not {}", options.models.front().string(), fixed, batch),
                "leave --sweep-batch out, or make the batch dynamic first");
  }
  return {fixed};
}

std::vector<SweptSetting> settings_of(const BenchOptions& options) {
  const SweepOption& sweep = options.sweep;
  const std::vector<std::string> devices = sweep.devices.empty() ? std::vector{options.runtime.device} : sweep.devices;
  const std::vector<std::int64_t> batches = batch_choices(options);
  std::vector<SweptSetting> settings;
  for (const std::string& device : devices) {
    for (const std::string& optimization : sweep.optimizations) {
      for (const int threads : thread_choices(sweep)) {
        for (const std::int64_t batch : batches) settings.push_back({{device, threads, optimization, batch, {}}, {}, {}, {}, 0, 0, {}, {}});
      }
    }
  }
  if (settings.size() > most_settings) {
    throw Error(ErrorKind::usage, fmt::format("{} settings are too many ({} at most)", settings.size(), most_settings),
                "name fewer with --sweep-threads, --sweep-batch ...");
  }
  return settings;
}

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
  const fs::path& path = options.models.front();
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
  const EnergyFigures energy = measure_energy(options.energy, {[&] { model.run(); }});
  if (!energy.subjects.empty()) setting.energy_j = energy.subjects.front().total.value;
}

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

/// What a sample costs: energy where every setting has it, else processor time.
struct Cost {
  bool by_energy = false;
  double of(const SweptSetting& setting) const { return by_energy ? *setting.energy_j / setting.samples() : setting.processor_ms_a_sample(); }
};

std::vector<bool> front_of(const std::vector<SweptSetting>& settings) {
  std::vector<std::vector<double>> costs;
  for (const SweptSetting& setting : settings) {
    costs.push_back({setting.latency.p99, -setting.throughput_per_s(), setting.energy_j.value_or(std::nan("")) / setting.samples(),
                     static_cast<double>(setting.cold.peak_rss_bytes)});
  }
  return pareto_front(costs);
}

const SweptSetting* cheapest_of(const std::vector<SweptSetting>& settings, const Cost& cost, double limit_ms) {
  const SweptSetting* best = nullptr;
  for (const SweptSetting& setting : settings) {
    if (limit_ms > 0 && setting.latency.p99 > limit_ms) continue;
    if (best == nullptr || cost.of(setting) < cost.of(*best)) best = &setting;
  }
  return best;
}

Report setting_report(const SweptSetting& setting) {
  Report row;
  row.add("device", setting.session.device).add("threads", setting.session.threads).add("batch", setting.session.batch);
  row.add("optimization", setting.session.optimization);
  row.add("latency_p50", setting.latency.p50, Unit::milliseconds).add("latency_p99", setting.latency.p99, Unit::milliseconds);
  row.add("throughput", setting.throughput_per_s(), Unit::per_second).add("processor_time_a_sample", setting.processor_ms_a_sample(), Unit::milliseconds);
  row.add("energy_a_sample", setting.energy_j ? *setting.energy_j / setting.samples() : std::nan(""), Unit::joules);
  row.add("peak_rss", setting.cold.peak_rss_bytes, Unit::bytes).add("runs", setting.latency.runs);
  return row.add("passes_apart", setting.spread(), Unit::share);
}

std::string headline(const BenchOptions& options, const SweptSetting* cheapest) {
  const std::string model = options.models.front().generic_string();
  const std::string under = options.sweep.latency_limit_ms > 0 ? fmt::format(" under {:g} ms", options.sweep.latency_limit_ms) : "";
  if (cheapest == nullptr) return model + ": no setting keeps 99 % of the runs" + under;
  const SessionFile& session = cheapest->session;
  return fmt::format("{}: cheapest{}: {}, {} threads, batch {}, optimization {}", model, under, session.device, session.threads, session.batch,
                     session.optimization);
}

Report sweep_report(const BenchOptions& options, const std::vector<SweptSetting>& settings, const SweptSetting* cheapest, const Cost& cost) {
  Report report("iai.sweep/1");
  report.headline(headline(options, cheapest));
  report.add("model", options.models.front().generic_string());
  report.add("latency_limit", options.sweep.latency_limit_ms > 0 ? options.sweep.latency_limit_ms : std::nan(""), Unit::milliseconds);
  report.add("cheapest_by", cost.by_energy ? "energy" : "processor time");
  if (cheapest != nullptr) report.add("cheapest", setting_report(*cheapest));
  else report.add_null("cheapest");
  const std::vector<bool> front = front_of(settings);
  ReportRows rows;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    rows.push_back(setting_report(settings[i]));
    if (options.sweep.latency_limit_ms > 0) rows.back().add("keeps_limit", settings[i].latency.p99 <= options.sweep.latency_limit_ms);
    rows.back().add("on_front", bool(front[i]));
  }
  return report.add("settings", std::move(rows));
}

void record_sweep(Recording& recording, Report& report, const BenchOptions& options, const SweptSetting* cheapest) {
  recording.stop();
  recording.option("seconds", options.seconds);
  recording.option("seed", options.seed);
  if (options.sweep.latency_limit_ms > 0) recording.option("latency-limit", options.sweep.latency_limit_ms);
  recording.input("model", options.models.front());
  for (const fs::path& path : options.calibration) recording.input("calibration", path);
  if (cheapest != nullptr) {
    recording.metric("cheapest_latency_p50_ms", cheapest->latency.p50);
    recording.metric("cheapest_latency_p99_ms", cheapest->latency.p99);
    recording.metric("cheapest_throughput_per_s", cheapest->throughput_per_s());
    if (!options.sweep.session_out.empty()) recording.output("session", options.sweep.session_out);
  }
  recording.commit(report, cheapest == nullptr ? "failed" : options.sweep.latency_limit_ms > 0 ? "passed" : "done");
}

void refuse_unusable(const BenchOptions& options) {
  const SweepOption& sweep = options.sweep;
  if (options.models.size() != 1 || !options.reference.empty())
    throw Error(ErrorKind::usage, "--sweep takes one model", "sweep each by itself, then compare: iai bench A B");
  if (!sweep.session_out.empty()) refuse_existing(sweep.session_out, sweep.overwrite ? IfExists::replace : IfExists::refuse);
}

}  // namespace

void declare_sweep(CLI::App& app, SweepOption& option) {
  auto* sweep = app.add_flag("--sweep", option.asked, "Try settings against each other: threads, batch, graph optimization, device; name the cheapest");
  const auto list = [&](const char* name, auto& values, const char* what, const char* type) {
    return app.add_option(name, values, what)->type_name(type)->delimiter(',')->needs(sweep);
  };
  list("--sweep-threads", option.threads, "Threads to try (1, 2, 4 ... all cores)", "N,N")->check(CLI::Range(1, 4096));
  list("--sweep-batch", option.batches, "Batches to try (1, 4, 16)", "N,N")->check(CLI::Range(1, 1 << 20));
  list("--sweep-optimization", option.optimizations, "Levels to try (basic, all)", "LEVEL,LEVEL")->check(CLI::IsMember(optimization_words()));
  list("--sweep-device", option.devices, "Devices to try (that of --device)", "NAME,NAME");
  app.add_option("--latency-limit", option.latency_limit_ms, "With --sweep: 99 % of the runs must not take longer")
      ->type_name("MS")
      ->check(CLI::PositiveNumber)
      ->needs(sweep);
  app.add_option("--session-out", option.session_out, "With --sweep: the cheapest setting, for --session and your own code")
      ->type_name("SESSION.json")
      ->group("Output")
      ->needs(sweep);
  app.add_flag("--overwrite", option.overwrite, "Replace an existing output");
}

ExitCode run_sweep(const BenchOptions& options, Context& context) {
  refuse_unusable(options);
  Recording recording(context, "bench-sweep");
  std::vector<SweptSetting> settings = settings_of(options);
  const Steadiness steadiness = measure_settings(settings, options, context.output);
  const std::vector<std::string> reasons = steadiness.reasons();
  for (const std::string& reason : reasons) context.output.warn("the machine was unsteady: " + reason);
  const Cost cost{std::all_of(settings.begin(), settings.end(), [](const SweptSetting& setting) { return setting.energy_j.has_value(); })};
  const SweptSetting* cheapest = cheapest_of(settings, cost, options.sweep.latency_limit_ms);
  Report report = sweep_report(options, settings, cheapest, cost);
  report.add("steadiness", steadiness_report(steadiness)).add("verdict", reasons.empty() ? "steady" : "unsteady").add("unsteady", ReportList(reasons));
  if (cheapest != nullptr && !options.sweep.session_out.empty()) {
    SessionFile session = cheapest->session;
    session.model_sha256 = digest_path(options.models.front());
    write_session_file(session, options.sweep.session_out, options.sweep.overwrite ? IfExists::replace : IfExists::refuse);
    report.add("session", options.sweep.session_out.generic_string());
  }
  record_sweep(recording, report, options, cheapest);
  context.output.result(report);
  return cheapest == nullptr ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace iai
