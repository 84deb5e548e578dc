#include "commands/registry.hpp"

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual registry_manual{
    .description =
        "Reads the records of the steps that were taken. ID is a record's number, its id, or the first 8 digits of it or more.\n\n"
        "log lists them; its filters may be combined. show shows one whole. lineage shows the graph around a file, a folder or a "
        "record: upward the steps that made it and what they read, downward the steps that read it and what they made; as a tree, "
        "as JSON, or as DOT for graphviz.\n\n"
        "baselines lists the models that iai gate --promote put in force, by name. roll-back makes the one before the baseline again: that is a record like "
        "the "
        "promotion itself, and nothing is taken out.\n\n"
        "verify recomputes every id and every link of the chain, and digests every recorded input and output again: intact, copied (gone, but in a store of "
        "ingest --copy), changed, "
        "missing or unreadable. A path that several steps named must hold what the newest of them saw. It ends with 1 when something "
        "is off.",
    .examples = {{"What was done here", "iai registry log"},
                 {"What was quantized since March, and passed", "iai registry log --verb quantize --since 2026-03-01 --verdict passed"},
                 {"Who read or made these bytes", "iai registry log --file model.onnx"},
                 {"Everything about one step", "iai registry show 12"},
                 {"How a model came to be, and what was done with it", "iai registry lineage model-int8.onnx"},
                 {"The same as a picture", "iai registry lineage model-int8.onnx --format dot | dot -Tsvg > lineage.svg"},
                 {"Which models are in force, and back to the one before", "iai registry baselines; iai registry roll-back line-3"},
                 {"Is all of it still as recorded", "iai registry verify"}},
    .diagnostics =
        "\"changed\": the file is not what the record saw. Restore it, or take the step again so that a record knows the new bytes.\n\n"
        "\"its id is not the digest of its text\": the registry file was edited; restore it from a copy.",
    .memory = "The records that are shown; verify holds one record and one block of a file at a time, and a line for each path."};

void declare(CLI::App& app, RegistryOptions& options) {
  app.require_subcommand(1);
  CLI::App* log = app.add_subcommand("log", "List the records, newest last");
  log->add_option("--verb", options.verb, "Only records of this verb")->type_name("VERB");
  log->add_option("--verdict", options.verdict, "Only records that ended so")->check(CLI::IsMember({"done", "passed", "failed"}));
  log->add_option("--digest", options.digest, "Only records that read or wrote this artefact")->type_name("SHA256");
  log->add_option("--file", options.file, "Only records that read or wrote the bytes of this file or folder")->type_name("FILE");
  log->add_option("--since", options.since, "Only records started on this day (UTC) or later")->type_name("YYYY-MM-DD");
  log->add_option("--until", options.until, "Only records started on this day (UTC) or earlier")->type_name("YYYY-MM-DD");
  log->add_option("--limit", options.limit, "Only the newest N; 0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  log->callback([&options] { options.action = RegistryAction::log; });
  CLI::App* show = app.add_subcommand("show", "Show one record");
  show->add_option("id", options.id, "Number, id or start of the id")->type_name("ID")->required();
  show->callback([&options] { options.action = RegistryAction::show; });
  CLI::App* lineage = app.add_subcommand("lineage", "Show the steps that led to a record or a file, and those that used it");
  lineage->add_option("id", options.id, "A file or folder, or a record's number or id")->type_name("PATH|ID")->required();
  lineage->add_option("--direction", options.direction, "Towards the origins, the uses, or both")
      ->check(CLI::IsMember({"up", "down", "both"}))
      ->capture_default_str();
  lineage->add_option("--format", options.format, "Form of the answer")->check(CLI::IsMember({"text", "dot", "json"}))->capture_default_str();
  lineage->callback([&options] { options.action = RegistryAction::lineage; });
  app.add_subcommand("baselines", "List the models that gate promoted, by name")->callback([&options] { options.action = RegistryAction::baselines; });
  CLI::App* back = app.add_subcommand("roll-back", "Make the model that was the baseline before it again");
  back->add_option("name", options.baseline, "Name of the baseline")->type_name("NAME")->required();
  back->callback([&options] { options.action = RegistryAction::roll_back; });
  app.add_subcommand("verify", "Check the chain and the recorded files")->callback([&options] { options.action = RegistryAction::verify; });
}

namespace {

/// A day, or a time as records hold it, or the beginning of one.
void check_time(const std::string& flag, const std::string& time) {
  static constexpr std::string_view form = "0000-00-00T00:00:00Z";
  bool good = time.empty() || (time.size() >= 4 && time.size() <= form.size());
  for (std::size_t i = 0; good && i < time.size(); ++i) good = form[i] == '0' ? time[i] >= '0' && time[i] <= '9' : time[i] == form[i];
  if (!good) throw Error(ErrorKind::usage, flag + ": '" + time + "' is no day", "write it as 2026-03-01, or 2026-03-01T12:00:00Z (UTC)");
}

ExitCode show_log(const RegistryOptions& options, Context& context) {
  check_time("--since", options.since);
  check_time("--until", options.until);
  if (!options.file.empty() && !options.digest.empty()) throw Error(ErrorKind::usage, "--file and --digest both name the artefact", "give one of them");
  const Registry registry = open_registry(context);
  const std::string digest = options.file.empty() ? options.digest : digest_path(options.file);
  ReportRows rows;
  for (const Record& record : registry.list({options.verb, options.since, digest, options.limit, options.until, options.verdict})) {
    ReportList outputs;
    for (const Artefact& output : record.outputs) outputs.push_back(output.path);
    Report row;
    row.add("number", record.number).add("id", context.json ? record.id : record.id.substr(0, 12));
    row.add("started", record.started).add("verb", record.verb).add("verdict", record.verdict).add("outputs", outputs);
    rows.push_back(std::move(row));
  }
  Report report("iai.registry-log/1");
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

/// Names and values as they were recorded, figures with an interval as objects; lists are shown as JSON.
Report values(const Json& object) {
  Report report;
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) report.add(name, values(value));
    else if (value.is_boolean()) report.add(name, value.get<bool>());
    else if (value.is_number_integer()) report.add(name, value.get<std::int64_t>());
    else if (value.is_number()) report.add(name, value.get<double>());
    else if (value.is_null()) report.add_null(name);
    else report.add(name, value.is_string() ? value.get<std::string>() : canonical_json(value));
  }
  return report;
}

}  // namespace

Report record_report(const std::string& schema, const Record& record) {
  Report report(schema);
  report.headline(fmt::format("record {}: {}, {}", record.number, record.verb, record.verdict));
  if (schema.rfind("iai.inspect/", 0) == 0) report.add("kind", "record");
  report.add("number", record.number).add("id", record.id).add("previous", record.previous).add("verb", record.verb);
  report.add("arguments", ReportList(record.arguments)).add("folder", record.folder).add("started", record.started);
  report.add("duration", record.duration_s, Unit::seconds).add("verdict", record.verdict);
  report.add("parents", ReportList(record.parents));
  report.add("inputs", artefact_rows(record.inputs)).add("outputs", artefact_rows(record.outputs));
  report.add("options", values(record.options)).add("metrics", values(record.metrics));
  report.add("tool", values(record.tool)).add("machine", values(record.machine));
  return report;
}

ExitCode run(const RegistryOptions& options, Context& context) {
  switch (options.action) {
    case RegistryAction::log: return show_log(options, context);
    case RegistryAction::show: context.output.result(record_report("iai.registry-show/1", open_registry(context).find(options.id))); return ExitCode::done;
    case RegistryAction::lineage: return show_lineage(options, context);
    case RegistryAction::verify: return verify_registry(context);
    case RegistryAction::baselines: return show_baselines(context);
    case RegistryAction::roll_back: return roll_back(options, context);
  }
  return ExitCode::internal;
}

}  // namespace iai
