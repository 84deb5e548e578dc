#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "commands/registry.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "registry/lineage.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

LineageRoot root_of(const Registry& registry, const std::string& path_or_id) {
  if (!fs::exists(path_or_id)) {
    const Record record = registry.find(path_or_id);
    return {fmt::format("record {}: {}", record.number, record.verb), {}, {record}, {record}};
  }
  const std::string digest = digest_path(recorded_artefact(path_or_id));
  LineageRoot root{path_or_id, digest, registry.makers(digest), registry.users(digest)};
  if (root.makers.empty() && root.users.empty()) {
    throw Error(ErrorKind::input, "no record knows " + path_or_id, "its bytes may have changed since: iai registry verify; iai registry log lists the records");
  }
  if (root.makers.size() > 1) root.makers = {root.makers.back()};  // the same bytes made again: the newest counts
  return root;
}

LineageDirection direction_of(const std::string& word) {
  return word == "up" ? LineageDirection::up : word == "down" ? LineageDirection::down : LineageDirection::both;
}

/// The steps of both directions, oldest first.
std::vector<Record> steps_around(const Registry& registry, const LineageRoot& root, LineageDirection direction) {
  std::vector<Record> steps;
  std::set<std::int64_t> known;
  const auto add = [&](const std::vector<Record>& start, LineageDirection towards) {
    for (Record& record : trace_lineage(registry, start, towards)) {
      if (known.insert(record.number).second) steps.push_back(std::move(record));
    }
  };
  if (direction != LineageDirection::down) add(root.makers, LineageDirection::up);
  if (direction != LineageDirection::up) add(root.users, LineageDirection::down);
  std::sort(steps.begin(), steps.end(), [](const Record& a, const Record& b) { return a.number < b.number; });
  return steps;
}

ReportRows step_rows(const std::vector<Record>& steps) {
  ReportRows rows;
  for (const Record& record : steps) {
    ReportList inputs, outputs;
    for (const Artefact& input : record.inputs) inputs.push_back(input.path);
    for (const Artefact& output : record.outputs) outputs.push_back(output.path);
    Report row;
    row.add("number", record.number).add("id", record.id).add("verb", record.verb).add("verdict", record.verdict).add("started", record.started);
    rows.push_back(std::move(row.add("inputs", inputs).add("outputs", outputs)));
  }
  return rows;
}

void add_graph(const std::vector<Record>& steps, Report& report) {
  ReportRows artefacts, edges;
  std::set<std::string> known;
  for (const Record& record : steps) {
    const auto add = [&](const Artefact& artefact, const char* what) {
      if (known.insert(artefact.sha256).second) {
        artefacts.push_back(std::move(Report().add("sha256", artefact.sha256).add("path", artefact.path).add("size", artefact.bytes, Unit::bytes)));
      }
      edges.push_back(std::move(Report().add("number", record.number).add("direction", what).add("role", artefact.role).add("sha256", artefact.sha256)));
    };
    for (const Artefact& input : record.inputs) add(input, "reads");
    for (const Artefact& output : record.outputs) add(output, "makes");
  }
  report.add("artefacts", std::move(artefacts)).add("edges", std::move(edges));
}

}  // namespace

ExitCode show_lineage(const RegistryOptions& options, Context& context) {
  const Registry registry = open_registry(context);
  const LineageRoot root = root_of(registry, options.id);
  const LineageDirection direction = direction_of(options.direction);
  const std::vector<Record> steps = steps_around(registry, root, direction);
  if (options.format == "dot") {
    context.output.document(lineage_dot(steps));
  } else if (options.format == "text" && !context.json) {
    context.output.document(lineage_tree(root, steps, direction));
  } else {
    Report report("iai.registry-lineage/1");
    report.headline(fmt::format("{}: {} step{}", root.name, steps.size(), steps.size() == 1 ? "" : "s"));
    report.add("of", root.name).add("sha256", root.sha256).add("direction", options.direction).add("steps", step_rows(steps));
    add_graph(steps, report);
    context.output.document(report_to_json(report) + "\n");
  }
  return ExitCode::done;
}

}  // namespace iai
