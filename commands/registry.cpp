#include "commands/registry.hpp"

#include <map>

#include <fmt/format.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "registry/registry.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual registry_manual{
    .description = "Reads the records of the steps that were taken. ID is a record's number, its id, or the first 8 digits of it or more.\n\n"
                   "verify recomputes every id and every link of the chain, and digests every recorded output again: intact, changed\n"
                   "or missing. It ends with 1 when something is off.",
    .examples = {{"What was done here", "iai registry log"},
                 {"Everything about one step", "iai registry show 12"},
                 {"Is all of it still as recorded", "iai registry verify"}},
};

void declare(CLI::App& app, RegistryOptions& options) {
  app.require_subcommand(1);
  CLI::App* log = app.add_subcommand("log", "List the records, newest last");
  log->add_option("--verb", options.verb, "Only records of this verb")->type_name("VERB");
  log->add_option("--digest", options.digest, "Only records that read or wrote this artefact")->type_name("SHA256");
  log->add_option("--since", options.since, "Only records started on this day (UTC) or later")->type_name("YYYY-MM-DD");
  log->add_option("--limit", options.limit, "Only the newest N; 0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  log->callback([&options] { options.action = RegistryAction::log; });
  CLI::App* show = app.add_subcommand("show", "Show one record");
  show->add_option("id", options.id, "Number, id or start of the id")->type_name("ID")->required();
  show->callback([&options] { options.action = RegistryAction::show; });
  CLI::App* lineage = app.add_subcommand("lineage", "Show the steps that led to a record or a file, oldest first");
  lineage->add_option("id", options.id, "A file or folder, or a record's number or id")->type_name("PATH|ID")->required();
  lineage->callback([&options] { options.action = RegistryAction::lineage; });
  app.add_subcommand("verify", "Check the chain and the recorded outputs")->callback([&options] {
    options.action = RegistryAction::verify;
  });
}

namespace {

Registry open_existing(const Context& context) {
  return Registry::open_for_reading(Registry::locate(context.registry));
}

ExitCode show_log(const RegistryOptions& options, Context& context) {
  const Registry registry = open_existing(context);
  ReportRows rows;
  for (const Record& record : registry.list({options.verb, options.since, options.digest, options.limit})) {
    ReportList outputs;
    for (const Artefact& output : record.outputs) outputs.push_back(output.path);
    Report row;
    row.add("number", record.number).add("id", context.json ? record.id : record.id.substr(0, 12));
    row.add("started", record.started).add("verb", record.verb).add("verdict", record.verdict).add("outputs", outputs);
    rows.push_back(std::move(row));
  }
  Report report("iai.registry.log/1");
  report.headline(fmt::format("{} record{}", rows.size(), rows.size() == 1 ? "" : "s")).add("records", std::move(rows));
  context.output.result(report);
  return ExitCode::done;
}

ReportRows artefact_rows(const std::vector<Artefact>& artefacts) {
  ReportRows rows;
  for (const Artefact& artefact : artefacts) {
    Report row;
    row.add("role", artefact.role).add("path", artefact.path).add("sha256", artefact.sha256);
    rows.push_back(std::move(row.add("size", artefact.bytes, Unit::bytes)));
  }
  return rows;
}

/// Names and values as they were recorded; what is no plain value is shown as JSON.
Report values(const Json& object) {
  Report report;
  for (const auto& [name, value] : object.items()) {
    if (value.is_boolean()) report.add(name, value.get<bool>());
    else if (value.is_number_integer()) report.add(name, value.get<std::int64_t>());
    else if (value.is_number()) report.add(name, value.get<double>());
    else if (value.is_null()) report.add_null(name);
    else report.add(name, value.is_string() ? value.get<std::string>() : canonical_json(value));
  }
  return report;
}

ExitCode show_record(const RegistryOptions& options, Context& context) {
  const Record record = open_existing(context).find(options.id);
  Report report("iai.registry.show/1");
  report.headline(fmt::format("record {}: {}, {}", record.number, record.verb, record.verdict));
  report.add("number", record.number).add("id", record.id).add("previous", record.previous).add("verb", record.verb);
  report.add("arguments", ReportList(record.arguments)).add("folder", record.folder).add("started", record.started);
  report.add("duration", record.duration_s, Unit::seconds).add("verdict", record.verdict);
  report.add("parents", ReportList(record.parents));
  report.add("inputs", artefact_rows(record.inputs)).add("outputs", artefact_rows(record.outputs));
  report.add("options", values(record.options)).add("metrics", values(record.metrics));
  report.add("tool", values(record.tool)).add("machine", values(record.machine));
  context.output.result(report);
  return ExitCode::done;
}

Record record_of(const Registry& registry, const std::string& path_or_id) {
  if (!fs::exists(path_or_id)) return registry.find(path_or_id);
  const std::vector<Record> makers = registry.makers(digest_path(path_or_id));
  if (makers.empty()) throw Error(ErrorKind::input, "no record made " + path_or_id, "iai registry log lists the records");
  return makers.back();
}

ExitCode show_lineage(const RegistryOptions& options, Context& context) {
  const Registry registry = open_existing(context);
  std::map<std::int64_t, Record> steps;  // a parent is always older than its child
  std::vector<Record> open{record_of(registry, options.id)};
  while (!open.empty()) {
    const Record record = std::move(open.back());
    open.pop_back();
    if (!steps.emplace(record.number, record).second) continue;
    for (const std::string& parent : record.parents) open.push_back(registry.find(parent));
  }
  ReportRows rows;
  for (const auto& [number, record] : steps) {
    ReportList inputs, outputs;
    for (const Artefact& input : record.inputs) inputs.push_back(input.path);
    for (const Artefact& output : record.outputs) outputs.push_back(output.path);
    Report row;
    row.add("number", number).add("id", context.json ? record.id : record.id.substr(0, 12)).add("verb", record.verb);
    rows.push_back(std::move(row.add("inputs", inputs).add("outputs", outputs)));
  }
  Report report("iai.registry.lineage/1");
  report.headline(fmt::format("{} step{}", rows.size(), rows.size() == 1 ? "" : "s")).add("steps", std::move(rows));
  context.output.result(report);
  return ExitCode::done;
}

std::string state_of(const fs::path& path, const std::string& sha256) {
  if (!fs::exists(path)) return "missing";
  return digest_path(path) == sha256 ? "intact" : "changed";
}

ExitCode verify(Context& context) {
  const Registry registry = open_existing(context);
  ReportRows faults;
  for (const ChainFault& fault : registry.check_chain()) {
    faults.push_back(std::move(Report().add("number", fault.number).add("fault", fault.what)));
  }
  // A path that was written several times holds what the last step wrote.
  std::map<std::string, std::pair<std::int64_t, std::string>> last;
  if (faults.empty()) {
    for (const Record& record : registry.list()) {
      for (const Artefact& output : record.outputs) last[output.path] = {record.number, output.sha256};
    }
  }
  ReportRows outputs;
  std::size_t wrong = faults.size();
  for (const auto& [path, made] : last) {
    const std::string state = state_of(registry.project_folder() / path, made.second);
    if (state != "intact") ++wrong;
    outputs.push_back(std::move(Report().add("number", made.first).add("path", path).add("state", state)));
  }
  Report report("iai.registry.verify/1");
  report.headline(wrong == 0 ? "everything is as recorded" : fmt::format("{} thing{} off", wrong, wrong == 1 ? " is" : "s are"));
  report.add("chain", faults.empty() ? "intact" : "broken");
  report.add("faults", std::move(faults)).add("outputs", std::move(outputs));
  context.output.result(report);
  return wrong == 0 ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace

ExitCode run(const RegistryOptions& options, Context& context) {
  switch (options.action) {
    case RegistryAction::log: return show_log(options, context);
    case RegistryAction::show: return show_record(options, context);
    case RegistryAction::lineage: return show_lineage(options, context);
    case RegistryAction::verify: return verify(context);
  }
  return ExitCode::internal;
}

}  // namespace iai
