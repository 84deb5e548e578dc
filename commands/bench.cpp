#include "commands/bench.hpp"

#include <deque>

#include <fmt/format.h>

#include "commands/bench_html.hpp"
#include "commands/bench_record.hpp"
#include "commands/bench_report.hpp"
#include "commands/session_file.hpp"

namespace iai {

namespace {

/// "0.5%" and "0.5" are the same.
std::string without_percent_sign(std::string text) {
  if (!text.empty() && text.back() == '%') text.pop_back();
  return text;
}

void declare_duration(CLI::App& app, BenchOptions& options) {
  auto* seconds = app.add_option("--seconds", options.seconds, "Measuring time a model, after the warm-up")
                      ->type_name("S")
                      ->check(CLI::Range(0.01, 86400.0))
                      ->capture_default_str();
  auto* runs = app.add_option("--runs", options.runs, "Measured runs a model, instead of a time")
                   ->type_name("N")
                   ->check(CLI::Range(std::int64_t{1}, most_runs))
                   ->excludes(seconds);
  auto* until = app.add_option("--until", options.until_percent, "Measure until the ratio (or the median of a single model) is known to this precision")
                    ->type_name("PERCENT")
                    ->check(CLI::Range(0.01, 50.0))
                    ->transform(without_percent_sign)
                    ->excludes(seconds)
                    ->excludes(runs);
  app.add_option("--budget", options.budget_s, "With --until: most measuring time in all")
      ->type_name("S")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str()
      ->needs(until);
}

void warn_of(const BenchOptions& options, const BenchResult& result, Output& output) {
  const BenchSetting& setting = result.setting;
  for (const std::string& reason : setting.steadiness.reasons()) output.warn("the machine was unsteady: " + reason);
  for (const BenchFigures& figures : result.models) {
    if (!figures.measured.warm_up.settled) output.warn(figures.model.string() + ": still got faster when the warm-up ended");
    if (!figures.fell_back.empty()) {
      output.warn(fmt::format("{}: {} of {} kernels did not run on {}", figures.model.string(), figures.fell_back.size(), figures.kernels.size(),
                              options.runtime.device));
    }
    if (figures.load && !figures.load->keeps_up) {
      output.warn(fmt::format("{}: cannot keep up with {:g} runs a second, it serves {:.4g}: waiting grows as long as it is measured", figures.model.string(),
                              options.load.rate, figures.load->runs_per_s));
    }
  }
  if (options.until_percent > 0 && (!setting.precision || *setting.precision > options.until_percent / 100)) {
    const std::string reached = setting.precision ? fmt::format("{:.3g} %", *setting.precision * 100) : "unknown";
    output.warn(fmt::format("the budget of {:g} s ended before {:g} % were reached: the precision is {}", options.budget_s, options.until_percent, reached));
  }
}

/// Found out before the models run: outputs that exist, and folders that do not or take no file.
void check_outputs(const BenchOptions& options) {
  std::vector<std::filesystem::path> outputs;
  for (const std::filesystem::path& output : {options.html, options.sweep.session_out}) {
    if (!output.empty()) outputs.push_back(output);
  }
  refuse_same_path(options.models, outputs);
  for (const std::filesystem::path& output : outputs) {
    refuse_existing(output, options.if_exists());
    const AtomicFile attempt(output);
  }
}

/// What the session file says in the place of the flags.
BenchOptions with_session(BenchOptions options, Output& output) {
  if (options.session.empty()) return options;
  const SessionFile session = read_session_file(options.session);
  options.runtime.device = session.device;
  options.runtime.threads = session.threads;
  options.optimization = session.optimization;
  if (options.runtime.batch == 0) options.runtime.batch = static_cast<int>(session.batch);
  for (const std::filesystem::path& model : options.models) warn_of_other_model(session, options.session, model, output);
  return options;
}

}  // namespace

void declare(CLI::App& app, BenchOptions& options) {
  app.add_option("models", options.models, "The models; the first is the reference of the others")->type_name("MODEL.onnx")->required();
  app.add_option("--reference", options.reference, "Model to compare with: measured along, without a record of its own")->type_name("MODEL.onnx");
  declare_calibration(app, options.calibration);
  declare_runtime(app, options.runtime);
  declare_duration(app, options);
  app.add_option("--optimization", options.optimization, "What the runtime may do to the graph before it runs")
      ->type_name("LEVEL")
      ->check(CLI::IsMember(optimization_words()))
      ->capture_default_str();
  declare_session(app, options.session, {"--device", "--threads", "--optimization"});
  app.add_flag("--operators", options.operators, "Also show each operator's time and work, and what bounds it: compute, memory or overhead");
  app.add_flag("--require-provider", options.require_provider, "Fail when a node ran elsewhere than on the device");
  declare_load(app, options.load);
  declare_energy(app, options.energy);
  declare_sweep(app, options.sweep);
  app.add_option("--html", options.html, "Also write what was measured as one HTML page with plots, which loads nothing")->type_name("FILE")->group("Output");
  app.add_flag("--overwrite", options.overwrite, "Replace existing output files");
  app.add_option("--seed", options.seed, "Of the order within the rounds and of the inputs")->type_name("N")->capture_default_str();
}

ExitCode run(const BenchOptions& given, Context& context) {
  const BenchOptions options = with_session(given, context.output);
  check(options.energy, options.runtime.device);
  check_outputs(options);
  if (options.sweep.asked) return run_sweep(options, context);
  std::deque<Recording> recordings;  // made first: a registry that cannot take them is found out before the measurement
  for (std::size_t i = 0; i < options.models.size(); ++i) recordings.emplace_back(context, "bench");
  const BenchResult result = measure_models(options, context);
  for (Recording& recording : recordings) recording.stop();
  warn_of(options, result, context.output);
  if (!options.html.empty()) write_page(options, bench_html(options, result));
  Report report = bench_report(options, result, context.json);
  ReportList records;
  const std::size_t unrecorded = result.models.size() - options.models.size();
  for (std::size_t i = 0; context.record && i < recordings.size(); ++i) {
    const std::string id = record_bench(recordings[i], options, result, unrecorded + i);
    if (!id.empty()) records.push_back(id);
  }
  report.add("records", std::move(records));
  context.output.result(report);
  return is_refused(options, result) ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace iai
