#include "commands/reproduce.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/comparison.hpp"
#include "commands/recording.hpp"
#include "commands/rerun.hpp"
#include "commands/stored_inputs.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual reproduce_manual{
    .description =
        "Runs a recorded step again, from the stored command line and the recorded inputs, and compares what comes out with what was "
        "recorded: the SHA-256 of every output, the verdict, and every figure that is computed and not measured.\n\n"
        "The answer is \"identical\", \"differs\" with the first difference, or an error that names the inputs that are gone or changed and "
        "the digests they had. Inputs are checked before anything runs. The outputs of the new run go to a temporary folder; files of the "
        "project stay as they are. A step that read the registry (report, gate) sees it as it was then.\n\n"
        "A measurement (bench) has no bytes to compare: it is \"measured again\". On the same machine the median and the mean latency must "
        "agree within a factor of 2, else the answer is \"differs\"; on another machine it is \"not comparable\", which is no failure.\n\n"
        "The comparison is recorded itself.",
    .examples = {{"Was this model made as the record says", "iai reproduce 12"}, {"The same for a script", "iai reproduce 3f8a52c1 --json"}},
    .diagnostics =
        "\"is gone\", \"has changed\": put the file back as it was; its recorded SHA-256 is in the message.\n\n"
        "\"differs\" with another iai version or another onnxruntime: both are named in the answer; install those of the record.",
    .memory = "That of the step itself, with as much room in the temporary folder (TMPDIR) as its outputs take."};

void declare(CLI::App& app, ReproduceOptions& options) {
  app.add_option("record", options.record, "Number, id or start of the id (8 digits or more)")->type_name("ID")->required();
}

namespace {

void refuse_missing(const Record& record, const std::vector<MissingInput>& missing, const Registry& registry) {
  if (missing.empty()) return;
  std::string what, hint;
  const auto stores = recorded_stores(registry);
  for (const MissingInput& m : missing) {
    what += what.empty() ? "" : "; ";
    what += m.found.empty() ? fmt::format("{} is gone (SHA-256 {})", m.input.path, m.input.sha256)
                            : fmt::format("{} has changed (SHA-256 {}, was {})", m.input.path, m.found, m.input.sha256);
    if (const auto copy = find_copy(stores, m.input.sha256))
      hint += fmt::format("{} {}", hint.empty() ? "a store holds what was there: cp" : "&& cp", copy->string()) + " " +
              (registry.project_folder() / m.input.path).lexically_normal().string() + " ";
  }
  throw Error(ErrorKind::input, fmt::format("record {} ({}) cannot be reproduced: {}", record.number, record.verb, what),
              hint.empty() ? "put back what was there; iai registry lineage shows the steps that made it" : hint.substr(0, hint.size() - 1));
}

std::vector<OutputComparison> compare_outputs(const Record& record, const Rerun& rerun, const fs::path& project) {
  std::vector<OutputComparison> found;
  const std::vector<Artefact>&recorded = record.outputs, &now = rerun.record().outputs;
  for (std::size_t i = 0; i < std::max(recorded.size(), now.size()); ++i) {
    const Artefact& named = i < recorded.size() ? recorded[i] : now[i];
    OutputComparison output{named.role, i < recorded.size() ? named.path : fs::path(named.path).filename().string(), {}, {}, {}};
    if (i < recorded.size()) output.recorded = recorded[i].sha256;
    if (i < now.size()) output.now = now[i].sha256;
    const fs::path kept = project / named.path;
    const bool both = i < recorded.size() && i < now.size();
    if (both && !output.identical() && fs::exists(kept) && digest_path(kept) == output.recorded) {
      output.first_difference = first_difference(kept, rerun.place(now[i]));
    }
    found.push_back(std::move(output));
  }
  return found;
}

/// What the comparison comes to: the word, and the first thing that is off.
struct Finding {
  std::string word = "identical", difference;
};

Finding finding_of(const std::vector<OutputComparison>& outputs, const std::vector<FigureComparison>& figures) {
  for (const OutputComparison& output : outputs) {
    if (output.identical()) continue;
    const std::string where = output.first_difference.empty() ? "" : ", first at " + output.first_difference;
    const std::string what = output.recorded.empty() ? " is new" : output.now.empty() ? " is not made" : where;
    return {"differs", output.path + what};
  }
  for (const FigureComparison& figure : figures) {
    if (!figure.identical()) return {"differs", fmt::format("{}: {} was {}", figure.name, figure.now, figure.recorded)};
  }
  return {};
}

Finding measured_finding(const Record& record, const Record& now, const std::vector<Remeasured>& latencies) {
  if (const std::string why = other_machine(record.machine, now.machine); !why.empty()) return {"not comparable", why};
  for (const Remeasured& latency : latencies) {
    if (!latency.agrees()) return {"differs", fmt::format("{}: {:.4g} was {:.4g}", latency.name, latency.now, latency.recorded)};
  }
  return {"measured again", {}};
}

ReportRows output_rows(const std::vector<OutputComparison>& outputs) {
  ReportRows rows;
  for (const OutputComparison& output : outputs) {
    Report row;
    row.add("role", output.role).add("path", output.path).add("state", output.identical() ? "identical" : "differs");
    row.add("recorded_sha256", output.recorded).add("now_sha256", output.now).add("first_difference", output.first_difference);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows figure_rows(const std::vector<FigureComparison>& figures) {
  ReportRows rows;
  for (const FigureComparison& figure : figures) {
    Report row;
    row.add("name", figure.name).add("recorded", figure.recorded).add("now", figure.now);
    rows.push_back(std::move(row.add("state", figure.identical() ? "identical" : "differs")));
  }
  return rows;
}

/// Versions of tools that are not those of the record.
ReportRows version_rows(const Json& recorded, const Json& now) {
  ReportRows rows;
  for (const auto& [tool, version] : recorded.items()) {
    if (!now.contains(tool) || now[tool] == version) continue;
    const auto text = [](const Json& json) { return json.is_string() ? json.get<std::string>() : json.dump(); };
    rows.push_back(std::move(Report().add("tool", tool).add("recorded", text(version)).add("now", text(now[tool]))));
  }
  return rows;
}

}  // namespace

ExitCode run(const ReproduceOptions& options, Context& context) {
  const fs::path file = Registry::locate(context.registry);
  const Registry registry = Registry::open_for_reading(file);
  const Record record = registry.find(options.record);
  if (record.verb == "reproduce") {
    throw Error(ErrorKind::usage, fmt::format("record {} is a reproduction itself", record.number),
                "reproduce the record that it names: iai registry show " + std::to_string(record.number));
  }
  const fs::path project = Registry::project_folder_of(file);
  Recording recording(context, "reproduce");
  refuse_missing(record, missing_inputs(record, project), registry);
  const Rerun rerun(record, file, context);

  const std::vector<OutputComparison> outputs = compare_outputs(record, rerun, project);
  const std::vector<FigureComparison> figures = compare_figures(record, rerun.record());
  const std::vector<Remeasured> latencies = compare_latencies(record, rerun.record());
  Finding finding = finding_of(outputs, figures);
  const bool is_measured = record.verb == "bench" || record.verb == "bench-sweep";
  if (is_measured) finding = measured_finding(record, rerun.record(), latencies);

  Report report("iai.reproduce/1");
  report.headline(fmt::format("record {} ({}): {}{}", record.number, record.verb, finding.word, finding.difference.empty() ? "" : ": " + finding.difference));
  report.add("number", record.number).add("id", record.id).add("verb", record.verb).add("finding", finding.word);
  if (!finding.difference.empty()) report.add("difference", finding.difference);
  report.add("outputs", output_rows(outputs));
  if (!is_measured) report.add("figures", figure_rows(figures));
  ReportRows times;
  for (const Remeasured& latency : latencies) {
    times.push_back(std::move(Report().add("name", latency.name).add("recorded", latency.recorded).add("now", latency.now)));
  }
  if (!times.empty()) report.add("measurements", std::move(times));
  report.add("other_versions", version_rows(record.tool, rerun.record().tool));

  recording.input_digest("record", fmt::format("record {}", record.number), record.id, 0);
  recording.option("record", record.id);
  recording.option("finding", finding.word);
  recording.metric("outputs", outputs.size());
  recording.metric("outputs_differing", std::count_if(outputs.begin(), outputs.end(), [](const auto& o) { return !o.identical(); }));
  const bool good = finding.word != "differs";
  recording.commit(report, good ? "passed" : "failed");
  context.output.result(report);
  return good ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
