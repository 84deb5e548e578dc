#include "commands/bench_sweep.hpp"

#include <cmath>

#include <fmt/format.h>

#include "commands/bench_html.hpp"
#include "commands/bench_report.hpp"
#include "commands/bench_sweep_settings.hpp"
#include "commands/metric_limit.hpp"
#include "commands/recording.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

const SweptSetting* cheapest_of(const std::vector<SweptSetting>& settings, const SweepChoice& choice) {
  return choice.cheapest ? &settings[*choice.cheapest] : nullptr;
}

Report setting_report(const SweptSetting& setting) {
  Report row;
  row.add("model", setting.model.generic_string()).add("model_precision", setting.precision).append(session_report(setting.session));
  row.add("latency_p50", setting.latency.p50, Unit::milliseconds).add("latency_p99", setting.latency.p99, Unit::milliseconds);
  row.add("throughput", setting.throughput_per_s(), Unit::per_second).add("processor_time_a_sample", setting.processor_ms_a_sample(), Unit::milliseconds);
  row.add("energy_a_sample", setting.energy_j_a_sample().value_or(std::nan("")), Unit::joules);
  row.add("peak_rss", setting.cold.peak_rss_bytes, Unit::bytes).add("runs", setting.latency.runs);
  return row.add("passes_apart", setting.spread(), Unit::share);
}

/// What the models have to show, and which of them do.
struct Candidates {
  std::vector<fs::path> models;
  ReportRows left_out;  ///< model and why
};

/// @throws Error(input) when there is no registry to look for evaluations in
Candidates candidates_of(const BenchOptions& options, const Context& context) {
  if (options.sweep.metric_limit.empty()) return {options.models, {}};
  const MetricLimit limit = parse_metric_limit(options.sweep.metric_limit);
  const Registry registry = open_registry(context);
  Candidates candidates;
  for (const fs::path& model : options.models) {
    const auto figure = recorded_metric(registry, digest_path(model), limit.metric);
    if (figure && limit.holds(figure->value)) {
      candidates.models.push_back(model);
      continue;
    }
    const std::string reason = figure ? fmt::format("{} is {:.6g} in record {}", limit.metric, figure->value, figure->record)
                                      : fmt::format("no evaluation with {} is recorded of it", limit.metric);
    candidates.left_out.push_back(Report().add("model", model.generic_string()).add("reason", reason));
  }
  return candidates;
}

std::string headline(const BenchOptions& options, const SweptSetting* cheapest) {
  const SweepOption& sweep = options.sweep;
  const std::string first = options.models.front().generic_string();
  const std::string models = options.models.size() == 1 ? first : fmt::format("{} and {} more", first, options.models.size() - 1);
  const std::string under = sweep.latency_limit_ms > 0 ? fmt::format(" under {:g} ms", sweep.latency_limit_ms) : "";
  const std::string with = sweep.metric_limit.empty() ? "" : " with " + sweep.metric_limit;
  if (cheapest == nullptr) return fmt::format("{}: no setting{} keeps 99 % of the runs{}", models, with, under);
  const SessionFile& session = cheapest->session;
  return fmt::format("{}: cheapest{}{}: {}, {} threads, batch {}, optimization {}", cheapest->model.generic_string(), under, with, session.device,
                     session.threads, session.batch, session.optimization);
}

Report sweep_report(const BenchOptions& options, const std::vector<SweptSetting>& settings, const SweepChoice& choice) {
  Report report("iai.sweep/1");
  const SweptSetting* cheapest = cheapest_of(settings, choice);
  report.headline(headline(options, cheapest));
  report.add("model", cheapest != nullptr ? cheapest->model.generic_string() : options.models.front().generic_string());
  report.add("latency_limit", options.sweep.latency_limit_ms > 0 ? options.sweep.latency_limit_ms : std::nan(""), Unit::milliseconds);
  if (!options.sweep.metric_limit.empty()) report.add("metric_limit", options.sweep.metric_limit);
  report.add("cheapest_by", choice.by_energy ? "energy" : "processor time");
  if (cheapest != nullptr) report.add("cheapest", setting_report(*cheapest));
  else report.add_null("cheapest");
  ReportRows rows;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    rows.push_back(setting_report(settings[i]));
    if (options.sweep.latency_limit_ms > 0) rows.back().add("keeps_limit", settings[i].latency.p99 <= options.sweep.latency_limit_ms);
    rows.back().add("on_front", bool(choice.on_front[i]));
  }
  return report.add("settings", std::move(rows));
}

void record_sweep(Recording& recording, Report& report, const BenchOptions& options, const SweptSetting* cheapest) {
  recording.stop();
  recording.option("seconds", options.seconds);
  recording.option("seed", options.seed);
  if (options.sweep.latency_limit_ms > 0) recording.option("latency-limit", options.sweep.latency_limit_ms);
  if (!options.sweep.metric_limit.empty()) recording.option("metric-limit", options.sweep.metric_limit);
  for (const fs::path& model : options.models) recording.input("model", model);
  for (const fs::path& path : options.calibration) recording.input("calibration", path);
  if (cheapest != nullptr) {
    recording.metric("cheapest_latency_p50_ms", cheapest->latency.p50);
    recording.metric("cheapest_latency_p99_ms", cheapest->latency.p99);
    recording.metric("cheapest_throughput_per_s", cheapest->throughput_per_s());
    if (!options.sweep.session_out.empty()) recording.output("session", options.sweep.session_out);
  }
  if (!options.html.empty()) recording.output("html", options.html);
  recording.commit(report, cheapest == nullptr ? "failed" : options.sweep.has_limit() ? "passed" : "done");
}

void refuse_unusable(const BenchOptions& options) {
  if (!options.reference.empty()) throw Error(ErrorKind::usage, "--sweep compares settings, not with a --reference", "name the model with the others");
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
  app.add_option("--metric-limit", option.metric_limit, "With --sweep: only models of which such an evaluation is recorded")
      ->type_name("'METRIC>=N'")
      ->needs(sweep);
  app.add_option("--session-out", option.session_out, "With --sweep: the cheapest setting, for --session and your own code")
      ->type_name("SESSION.json")
      ->group("Output")
      ->needs(sweep);
}

ExitCode run_sweep(const BenchOptions& options, Context& context) {
  refuse_unusable(options);
  Recording recording(context, "bench-sweep");
  const Candidates candidates = candidates_of(options, context);
  std::vector<SweptSetting> settings = swept_settings(options, candidates.models);
  const Steadiness steadiness = measure_settings(settings, options, context.output);
  const std::vector<std::string> reasons = steadiness.reasons();
  for (const std::string& reason : reasons) context.output.warn("the machine was unsteady: " + reason);
  const SweepChoice choice = choose_setting(settings, options.sweep.latency_limit_ms);
  const SweptSetting* cheapest = cheapest_of(settings, choice);
  Report report = sweep_report(options, settings, choice);
  if (!candidates.left_out.empty()) report.add("left_out", candidates.left_out);
  report.add("steadiness", steadiness_report(steadiness)).add("verdict", reasons.empty() ? "steady" : "unsteady").add("unsteady", ReportList(reasons));
  if (cheapest != nullptr && !options.sweep.session_out.empty()) {
    SessionFile session = cheapest->session;
    session.model_sha256 = digest_path(cheapest->model);
    write_session_file(session, options.sweep.session_out, options.if_exists());
    report.add("session", options.sweep.session_out.generic_string());
  }
  if (!options.html.empty()) write_page(options, sweep_html(report, settings, choice, options.sweep.latency_limit_ms));
  record_sweep(recording, report, options, cheapest);
  context.output.result(report);
  return cheapest == nullptr ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace iai
