#include "commands/bench.hpp"

#include <chrono>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "commands/bench_model.hpp"
#include "commands/recording.hpp"
#include "evaluator/bench/steadiness.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual bench_manual{
    .description =
        "Measures how fast models run on this machine, and what they cost before they are warm. Only the runtime's own "
        "run lies "
        "between two readings of the clock: inputs are bound before, outputs are written over those of the run "
        "before.\n\n"
        "Several models are interleaved: rounds in which each runs for a block of about 10 ms, in an order drawn anew "
        "for every "
        "round from --seed. The first model (or --reference) is what the others are compared with: consecutive rounds "
        "form up to 50 "
        "groups, each gives the ratio of the two medians, and latency_ratio is the median of these with the 95 % "
        "interval that their "
        "order gives (Hahn, Meeker and Escobar, Statistical Intervals, section 5.3.1). An interval needs 6 rounds.\n\n"
        "Before that every model runs until it stops getting faster (two windows of 10 runs and 2 ms in a row that are "
        "not more than 2 "
        "% faster than the one before, 50 ms at least); these runs are reported as warm-up and are in no other figure. "
        "Load time, first inference and "
        "peak memory come from a forked child for each model, in which nothing ran before; the peak is the child's "
        "ru_maxrss and "
        "includes the runtime's library.\n\n"
        "throughput_per_s is samples a second of one stream of runs, one after the other. Energy is read from the "
        "processor "
        "packages' and memory's counters (RAPL, through powercap) over blocks of 0.2 s, an inference's share of it; "
        "idle power and "
        "other processes are in it. Where no counter can be read it says unavailable, and why. IAI_POWERCAP names "
        "another folder "
        "than /sys/class/powercap.\n\n"
        "Each model leaves its own record. A warning says when the machine was unsteady: processor time given to other "
        "machines, "
        "other processes, a changing clock, a reference that drifted.",
    .examples = {{"How fast is it?", "iai bench model.onnx"},
                 {"Is the quantized model faster?", "iai bench model.onnx model-int8.onnx"},
                 {"One thread, batches of 16, real inputs", "iai bench model.onnx --threads 1 --batch 16 --calibration calib.npy"},
                 {"A short look: 200 runs", "iai bench model.onnx --runs 200 --no-record"}},
    .diagnostics =
        "\"takes ..., ... takes ...\": models measured together need the same inputs; measure the others in a run of "
        "their own.\n\n"
        "\"is NaN, so its times say nothing\": the model answered NaN to its inputs. Random inputs may lie outside of "
        "what it was "
        "made for: give real ones with --calibration.\n\n"
        "The interval says whether a ratio is real. Where it includes 1, measure longer (--seconds) or on a quieter "
        "machine.",
    .memory =
        "The sessions of all models at once, up to 64 MB of inputs each, and 8 bytes a run (2 million runs a model at "
        "most).",
};

void declare(CLI::App& app, BenchOptions& options) {
  app.add_option("models", options.models, "The models; the first is the reference of the others")->type_name("MODEL.onnx")->required();
  app.add_option("--reference", options.reference, "Model to compare with: measured along, without a record of its own")->type_name("MODEL.onnx");
  declare_calibration(app, options.calibration);
  declare_runtime(app, options.runtime);
  auto* seconds = app.add_option("--seconds", options.seconds, "Measuring time a model, after the warm-up")
                      ->type_name("S")
                      ->check(CLI::Range(0.01, 86400.0))
                      ->capture_default_str();
  app.add_option("--runs", options.runs, "Measured runs a model, instead of a time")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, most_runs))
      ->excludes(seconds);
  app.add_option("--seed", options.seed, "Of the order within the rounds and of the inputs")->type_name("N")->capture_default_str();
}

namespace {

/// All that was found out about one model.
struct Figures {
  fs::path model;
  ColdStart cold;
  Measured measured;
  LatencySummary latency;
  double throughput_per_s = 0;
  std::optional<double> energy_j;
  std::optional<RatioInterval> ratio;  ///< not for the reference
};

struct Setting {
  fs::path reference;  ///< empty: a single model
  std::int64_t batch = 1;
  int threads = 1;
  std::int64_t rounds = 0;
  EnergyFigures energy;
  Steadiness steadiness;
};

std::vector<fs::path> measured_paths(const BenchOptions& options) {
  std::vector<fs::path> paths;
  if (!options.reference.empty()) paths.push_back(options.reference);
  paths.insert(paths.end(), options.models.begin(), options.models.end());
  return paths;
}

std::vector<Figures> measure_models(const BenchOptions& options, Context& context, Setting& setting) {
  std::vector<Figures> all;
  for (const fs::path& path : measured_paths(options)) {
    const MakeInputs inputs = [&](const Session& session) { return bench_inputs(path, session, options, 1).front(); };
    Figures figures;
    figures.model = path;
    figures.cold = measure_cold_start(path, bench_session_options(options), inputs);
    all.push_back(std::move(figures));
  }
  std::deque<BenchModel> models;
  std::vector<Subject> subjects;
  for (const Figures& figures : all) {
    models.emplace_back(figures.model, options);
    refuse_other_interface(models.front(), models.back());
    subjects.emplace_back([model = &models.back()] { model->run(); });
  }
  SteadinessWatch watch;
  auto last = std::chrono::steady_clock::now();
  const std::vector<Measured> measured = measure(subjects, {options.seconds, options.runs, options.seed}, [&](double done) {
    context.output.progress("measuring", static_cast<std::uint64_t>(done * 1000), 1000);
    if (std::chrono::steady_clock::now() - last < std::chrono::milliseconds(250)) return;
    watch.sample();
    last = std::chrono::steady_clock::now();
  });
  watch.sample();
  setting.steadiness = watch.result(drift(measured.front().latency));
  setting.energy = measure_energy(subjects);
  setting.batch = models.front().batch();
  setting.threads = thread_count(options.runtime.threads);
  setting.rounds = static_cast<std::int64_t>(measured.front().latency.ends.size());
  if (all.size() > 1) setting.reference = all.front().model;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<double>& values = measured[i].latency.values;
    all[i].measured = measured[i];
    all[i].latency = summarize(values);
    const double spent_s = std::accumulate(values.begin(), values.end(), 0.0) / 1000;
    all[i].throughput_per_s = static_cast<double>(setting.batch) * static_cast<double>(values.size()) / spent_s;
    if (!setting.energy.joules.empty()) all[i].energy_j = setting.energy.joules[i];
    if (i > 0) all[i].ratio = paired_ratio(measured[i].latency, measured.front().latency);
  }
  return all;
}

Report ratio_report(const RatioInterval& ratio) {
  Report report;
  report.add("value", ratio.value);
  if (ratio.low) report.add("low", *ratio.low).add("high", *ratio.high);
  else report.add_null("low").add_null("high");
  return report.add("n", ratio.groups);
}

Report model_report(const Figures& figures, const Setting& setting) {
  const LatencySummary& latency = figures.latency;
  Report row;
  row.add("model", figures.model.generic_string());
  if (figures.ratio) row.add("latency_ratio", ratio_report(*figures.ratio));
  else row.add_null("latency_ratio");
  row.add("latency_p50", latency.p50, Unit::milliseconds).add("latency_p90", latency.p90, Unit::milliseconds);
  row.add("latency_p95", latency.p95, Unit::milliseconds).add("latency_p99", latency.p99, Unit::milliseconds);
  row.add("latency_mean", latency.mean, Unit::milliseconds).add("latency_deviation", latency.deviation, Unit::milliseconds);
  row.add("latency_min", latency.minimum, Unit::milliseconds).add("latency_max", latency.maximum, Unit::milliseconds);
  row.add("throughput", figures.throughput_per_s, Unit::per_second);
  row.add("runs", latency.runs).add("block", figures.measured.block);
  row.add("first_inference", figures.cold.first_inference_ms, Unit::milliseconds);
  row.add("load", figures.cold.load_ms, Unit::milliseconds);
  row.add("peak_rss", figures.cold.peak_rss_bytes, Unit::bytes);
  row.add("warm_up_runs", figures.measured.warm_up.runs);
  row.add("warm_up", figures.measured.warm_up.duration_ms, Unit::milliseconds);
  row.add("warm_up_settled", figures.measured.warm_up.settled);
  if (figures.energy_j) row.add("energy", *figures.energy_j, Unit::joules);
  else row.add("energy", "unavailable").add("energy_reason", setting.energy.reason);
  return row;
}

Report steadiness_report(const Steadiness& steadiness) {
  Report report;
  report.add("steal", steadiness.steal_share, Unit::share).add("other_cores", steadiness.other_cores);
  if (steadiness.slowest_mhz) {
    report.add("slowest_clock", *steadiness.slowest_mhz, Unit::megahertz).add("fastest_clock", *steadiness.fastest_mhz, Unit::megahertz);
  } else {
    report.add_null("slowest_clock").add_null("fastest_clock");
  }
  return report.add("drift", steadiness.drift_share, Unit::share);
}

std::string headline(const std::vector<Figures>& all) {
  if (all.size() == 1) {
    return fmt::format("{}: {:.4g} ms an inference (median of {} runs)", all[0].model.generic_string(), all[0].latency.p50, human_count(all[0].latency.runs));
  }
  std::string text;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const RatioInterval& ratio = *all[i].ratio;
    text += (i > 1 ? "; " : "") + fmt::format("{} takes {:.3f} times", all[i].model.generic_string(), ratio.value);
    if (ratio.low) text += fmt::format(" ({:.3f} to {:.3f})", *ratio.low, *ratio.high);
    text += " as long as " + all[0].model.generic_string();
  }
  return text;
}

/// The command line that makes the record of `model` alone.
std::vector<std::string> arguments_for(const BenchOptions& options, const fs::path& model, const fs::path& reference, std::int64_t batch) {
  std::vector<std::string> words{"bench", model.string()};
  if (!reference.empty()) words.insert(words.end(), {"--reference", reference.string()});
  for (const fs::path& path : options.calibration) words.insert(words.end(), {"--calibration", path.string()});
  words.insert(words.end(), {"--device", options.runtime.device, "--threads", std::to_string(options.runtime.threads)});
  words.insert(words.end(), {"--batch", std::to_string(batch), "--seed", std::to_string(options.seed)});
  if (!options.runtime.runtime.empty()) words.insert(words.end(), {"--runtime", options.runtime.runtime.string()});
  if (options.runs > 0) words.insert(words.end(), {"--runs", std::to_string(options.runs)});
  else words.insert(words.end(), {"--seconds", fmt::format("{}", options.seconds)});
  return words;
}

std::string record_model(Recording& recording, const BenchOptions& options, const Figures& figures, const Setting& setting) {
  const fs::path reference = figures.ratio ? setting.reference : fs::path();
  recording.arguments(arguments_for(options, figures.model, reference, setting.batch));
  recording.option("device", options.runtime.device);
  recording.option("threads", setting.threads);
  recording.option("batch", setting.batch);
  recording.option("seed", options.seed);
  if (options.runs > 0) recording.option("runs", options.runs);
  else recording.option("seconds", options.seconds);
  recording.option("inputs", options.calibration.empty() ? "seeded" : "calibration");
  recording.input("model", figures.model);
  if (!reference.empty()) recording.input("reference", reference);
  for (const fs::path& path : options.calibration) recording.input("calibration", path);
  Report report = model_report(figures, setting);
  // The keys of the report are those of the metrics; what is no figure of its own stays in the details.
  const Json said = parse_json(report_to_json(report), "report");
  for (const auto& [key, value] : said.items()) {
    if (key != "model" && !value.is_null()) recording.metric(key, value);
  }
  recording.metric("steady", setting.steadiness.reasons().empty());
  report.add("steadiness", steadiness_report(setting.steadiness));
  report.add("unsteady", ReportList(setting.steadiness.reasons()));
  report.add("energy_zones", ReportList(setting.energy.zones));
  return recording.commit(report);
}

}  // namespace

ExitCode run(const BenchOptions& options, Context& context) {
  Setting setting;
  std::deque<Recording> recordings;  // made first: a registry that cannot take them is found out before the measurement
  for (std::size_t i = 0; i < options.models.size(); ++i) recordings.emplace_back(context, "bench");
  const std::vector<Figures> all = measure_models(options, context, setting);
  for (Recording& recording : recordings) recording.stop();
  const std::vector<std::string> reasons = setting.steadiness.reasons();
  for (const std::string& reason : reasons) context.output.warn("the machine was unsteady: " + reason);
  for (const Figures& figures : all) {
    if (!figures.measured.warm_up.settled) context.output.warn(figures.model.string() + ": still got faster when the warm-up ended");
  }
  Report report("iai.bench/1");
  report.headline(headline(all));
  report.add("device", options.runtime.device).add("threads", setting.threads).add("batch", setting.batch);
  report.add("inputs", options.calibration.empty() ? "seeded" : "calibration").add("rounds", setting.rounds);
  ReportRows rows;
  for (const Figures& figures : all) rows.push_back(model_report(figures, setting));
  report.add("models", std::move(rows));
  report.add("energy_zones", ReportList(setting.energy.zones));
  report.add("steadiness", steadiness_report(setting.steadiness));
  report.add("unsteady", ReportList(reasons));
  ReportList records;
  const std::size_t unrecorded = all.size() - options.models.size();
  for (std::size_t i = 0; context.record && i < recordings.size(); ++i) {
    const std::string id = record_model(recordings[i], options, all[unrecorded + i], setting);
    if (!id.empty()) records.push_back(id);
  }
  report.add("records", std::move(records));
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
