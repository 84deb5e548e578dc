#include "commands/bench_record.hpp"

#include <fmt/format.h>

#include "commands/bench_report.hpp"
#include "formats/json.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// How long is measured: words of the command line, and options of the record by the same names.
std::vector<std::pair<std::string, Json>> duration_of(const BenchOptions& options) {
  if (options.runs > 0) return {{"runs", options.runs}};
  if (options.until_percent > 0) return {{"until", options.until_percent}, {"budget", options.budget_s}};
  return {{"seconds", options.seconds}};
}

/// The meter is left out: a record that runs a shell command on whoever reproduces it would be a trap.
std::vector<std::string> arguments_for(const BenchOptions& options, const fs::path& model, const fs::path& reference, std::int64_t batch) {
  std::vector<std::string> words{"bench", model.string()};
  if (!reference.empty()) words.insert(words.end(), {"--reference", reference.string()});
  for (const fs::path& path : options.calibration) words.insert(words.end(), {"--calibration", path.string()});
  words.insert(words.end(), {"--device", options.runtime.device, "--threads", std::to_string(options.runtime.threads)});
  words.insert(words.end(), {"--batch", std::to_string(batch), "--seed", std::to_string(options.seed)});
  words.insert(words.end(), {"--optimization", options.optimization});
  if (options.operators) words.emplace_back("--operators");
  if (options.require_provider) words.emplace_back("--require-provider");
  if (!options.runtime.runtime.empty()) words.insert(words.end(), {"--runtime", options.runtime.runtime.string()});
  for (const auto& [name, value] : duration_of(options)) words.insert(words.end(), {"--" + name, value.dump()});
  if (!options.html.empty()) words.insert(words.end(), {"--html", options.html.string()});
  if (!options.html.empty() && options.overwrite) words.emplace_back("--overwrite");
  for (const auto& [name, value] : recorded_options(options.load)) {
    words.insert(words.end(), {"--" + name, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  return words;
}

/// The keys of the report are those of the metrics; what is no figure of its own stays in the details.
void record_figures(Recording& recording, const Report& report, const std::string& prefix) {
  const Json said = parse_json(report_to_json(report), "report");
  for (const auto& [key, value] : said.items()) {
    if (key != "model" && key != "model_precision" && !value.is_null()) recording.metric(prefix + key, value);
  }
}

}  // namespace

std::string record_bench(Recording& recording, const BenchOptions& options, const BenchResult& result, std::size_t at) {
  const BenchFigures& figures = result.models[at];
  const BenchSetting& setting = result.setting;
  const fs::path reference = figures.ratio ? setting.reference : fs::path();
  recording.arguments(arguments_for(options, figures.model, reference, setting.batch));
  recording.option("device", options.runtime.device);
  recording.option("threads", setting.threads);
  recording.option("batch", setting.batch);
  recording.option("optimization", options.optimization);
  recording.option("model_precision", figures.precision);
  recording.option("seed", options.seed);
  for (const auto& [name, value] : duration_of(options)) recording.option(name, value);
  for (const auto& [name, value] : recorded_options(options.load)) recording.option(name, value);
  for (const auto& [name, value] : recorded_options(options.energy)) recording.option(name, value);
  recording.option("inputs", options.calibration.empty() ? "seeded" : "calibration");
  recording.input("model", figures.model);
  if (!reference.empty()) recording.input("reference", reference);
  for (const fs::path& path : options.calibration) recording.input("calibration", path);
  if (!options.html.empty()) recording.output("html", options.html);
  Report report = bench_model_report(options, result, at);
  record_figures(recording, report, "");
  if (figures.load) {
    const Report load = load_report(*figures.load, options.load, setting.batch);
    record_figures(recording, load, "load_");
    report.add("load", load);
  }
  recording.metric("steady", setting.steadiness.reasons().empty());
  report.add("histogram", histogram_rows(figures));
  report.add("steadiness", steadiness_report(setting.steadiness));
  report.add("unsteady", ReportList(setting.steadiness.reasons()));
  report.add("energy_meter", energy_report(setting.energy, options.energy));
  report.add("energy_zones", ReportList(setting.energy.sources));
  if (!figures.kernels.empty()) {
    recording.metric("kernels_fallen_back", static_cast<std::int64_t>(figures.fell_back.size()));
    add_inside(report, options, figures, setting);
  }
  return recording.commit(report, options.require_provider ? figures.fell_back.empty() ? "passed" : "failed" : "done");
}

}  // namespace iai
