#include "commands/validate.hpp"

#include <fmt/format.h>

#include "commands/options.hpp"
#include "commands/recording.hpp"
#include "commands/validate_outputs.hpp"
#include "evaluator/contract/validate.hpp"
#include "evaluator/profile/ingest.hpp"
#include "formats/dialect_file.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr Example examples[] = {
    {"Check a data set that iai ingest made", "iai validate data-set --contract contract.yaml"},
    {"Check an archive as it comes from the logger", "iai validate bench-2026.zip --contract contract.yaml"},
    {"Begin a contract: what the data meet, each line with its reason", "iai validate bench-2026.zip --draft contract.yaml"},
    {"In a pipeline: JUnit for the build server, JSON for the log", "iai --json validate data-set --contract contract.yaml --junit validate.xml"},
    {"For the code review's eyes: SARIF with file, line and byte of each place, and a page for people",
     "iai validate data-set --contract contract.yaml --sarif validate.sarif --html validate.html"},
    {"Accept what is known today, and fail on what is new tomorrow",
     "iai validate data-set --contract contract.yaml --write-baseline known.json; iai validate data-set --contract contract.yaml --baseline known.json"},
};

ReportRows rule_rows(const Contract& contract, const Validation& validation) {
  ReportRows rows;
  for (const RuleHead* rule : contract.all_rules()) {
    const auto count = validation.log.counts().find(rule->id);
    if (count == validation.log.counts().end()) continue;
    Report row;
    row.add("rule", rule->id).add("severity", severity_name(rule->severity)).add("violations", count->second.cells).add("places", count->second.places);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Every rule of the contract with what broke it, also those that nothing broke: a record must be able to say that there was nothing.
ReportRows count_rows(const Contract& contract, const Validation& validation) {
  ReportRows rows;
  for (const RuleHead* rule : contract.all_rules()) {
    const auto count = validation.log.counts().find(rule->id);
    const std::int64_t cells = count == validation.log.counts().end() ? 0 : count->second.cells;
    rows.push_back(std::move(Report().add("rule", rule->id).add("severity", severity_name(rule->severity)).add("violations", cells)));
  }
  return rows;
}

ReportRows violation_rows(const std::vector<Violation>& violations) {
  ReportRows rows;
  const auto number = [](Report& row, const char* key, std::int64_t value) {
    if (value > 0) row.add(key, value);
    else row.add_null(key);
  };
  for (const auto& violation : violations) {
    Report row;
    row.add("rule", violation.rule).add("severity", severity_name(violation.severity));
    row.add("file", violation.file).add("column", violation.column);
    number(row, "row", violation.row);
    number(row, "last_row", violation.last_row);
    number(row, "line", violation.line);
    number(row, "last_line", violation.last_line);
    if (violation.row > 0) row.add("byte", violation.byte);
    else row.add_null("byte");
    row.add("value", violation.value).add("message", violation.message);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows drift_rows(const std::vector<ColumnFigures>& figures) {
  ReportRows rows;
  for (const auto& column : figures) {
    Report row;
    row.add("column", column.column).add("reference", column.reference);
    for (const auto& [key, value] : column.values) row.add(key, value);
    rows.push_back(std::move(row));
  }
  return rows;
}

Report make_report(const ValidateCommandOptions& options, const Contract& contract, const Validation& validation, const Baseline& known) {
  const auto& log = validation.log;
  const bool passed = log.errors() == 0;
  Report report("iai.validate/1");
  std::string what = options.paths.size() == 1 ? options.paths[0].string() : fmt::format("{} paths", options.paths.size());
  std::string outcome = passed ? "meets the contract" : fmt::format("breaks the contract at {} {}", log.places(), log.places() == 1 ? "place" : "places");
  if (passed && log.warnings() > 0) outcome += fmt::format(", with {} warnings", log.warnings());
  report.headline(
      fmt::format("{} {} ({} rows, {} {})", what, outcome, human_count(validation.rows), validation.files, validation.files == 1 ? "file" : "files"));
  report.add("verdict", passed ? "passed" : "failed");
  report.add("rows", validation.rows).add("files", validation.files);
  report.add("rules", contract.all_rules().size());
  report.add("violations", log.errors() + log.warnings()).add("errors", log.errors()).add("warnings", log.warnings());
  report.add("places", log.places());
  if (!options.baseline.empty()) report.add("accepted", log.accepted()).add("accepted_not_met", known.cells());
  const auto kept = log.sorted();
  if (static_cast<std::int64_t>(kept.size()) < log.places()) report.add("places_shown", kept.size());
  report.add("broken_rules", rule_rows(contract, validation));
  report.add("violation_places", violation_rows(kept));
  if (!log.figures().empty()) report.add("drift", drift_rows(log.figures()));
  return report;
}

/// Those that are asked for, by role.
std::vector<std::pair<std::string, const fs::path*>> outputs(const ValidateCommandOptions& options) {
  std::vector<std::pair<std::string, const fs::path*>> list{
      {"contract", &options.draft}, {"junit", &options.junit}, {"sarif", &options.sarif}, {"html", &options.html}, {"baseline", &options.write_baseline}};
  std::erase_if(list, [](const auto& output) { return output.second->empty(); });
  return list;
}

/// Before any work starts.
void check_outputs(const ValidateCommandOptions& options) {
  auto inputs = options.paths;
  if (options.contract.empty() == options.draft.empty())
    throw Error(ErrorKind::usage, "one of --contract and --draft is needed",
                "--contract FILE says what the data must be; --draft FILE writes such a file from the data");
  if (!options.contract.empty()) inputs.push_back(options.contract);
  std::vector<fs::path> paths, reports;
  for (const auto& [role, path] : outputs(options)) {
    paths.push_back(*path);
    if (path != &options.write_baseline) reports.push_back(*path);
  }
  refuse_same_path(inputs, paths);
  // A baseline may be brought up to date in place: it is read before it is written.
  if (!options.baseline.empty()) refuse_same_path({options.baseline}, reports);
  for (const auto& path : paths) refuse_existing(path, options.overwrite ? IfExists::replace : IfExists::refuse);
}

void write_outputs(const ValidateCommandOptions& options, const Contract& contract, const Validation& validation, const Baseline& found) {
  if (!options.junit.empty()) write_file(options.junit, validation_junit(contract, validation));
  if (!options.sarif.empty())
    write_file(options.sarif, validation_sarif(contract, validation, options.baseline.empty() ? Compared::no : Compared::with_baseline));
  if (!options.html.empty()) write_file(options.html, validation_html(contract, validation));
  if (!options.write_baseline.empty()) write_file(options.write_baseline, found.text());
}

void record_run(Recording& recording, const ValidateCommandOptions& options, const Contract& contract, const Validation& validation, const DataSet* data) {
  const auto& log = validation.log;
  recording.option("limit", options.limit);
  if (!options.contract.empty()) recording.input("contract", options.contract);
  for (const auto& file : contract.files()) recording.input("reference", file);
  if (!options.dialect.empty()) recording.input("dialect", options.dialect);
  if (data != nullptr) recording.input("data set", data->manifest);
  else
    for (const auto& path : options.paths) recording.input("data", path);
  if (!options.baseline.empty()) recording.input("baseline", options.baseline);
  for (const auto& [role, path] : outputs(options)) recording.output(role, *path);
  recording.metric("rows", validation.rows);
  recording.metric("violations", log.errors() + log.warnings());
  recording.metric("errors", log.errors());
  recording.metric("warnings", log.warnings());
}

/// A contract that the data meet.
std::string make_draft(const ValidateCommandOptions& options, const DataSet* data, Context& context) {
  IngestOptions how;
  how.threads = options.threads;
  if (!options.dialect.empty()) how.dialect = read_dialect(options.dialect);
  how.progress = [&](std::uint64_t bytes, std::uint64_t total) { context.output.progress("bytes read", bytes, total); };
  auto ingested = ingest(data != nullptr ? data->sources : options.paths, how);
  return draft_contract(ingested);
}

}  // namespace

const Manual validate_manual{
    .description =
        "Holds a data set against a contract: types, units, required columns, missing values, error words, ranges, allowed values, patterns, uniqueness, "
        "order, sampling period and gaps, channels that stand still, row counts,\n"
        "duplicated files, drift against the profile of an earlier data set. Every violation is counted and shown with rule, file, rows, lines, column, byte "
        "offset in the file, value and reason; rows that follow each other and break the same rule are one place.\n\n"
        "A data set that iai ingest made is read the way its manifest says, and every byte is held against the manifest; files, folders and archives are read "
        "as they are; the contract or --dialect may tell how they are written (iai-dialect(5)). The exit code is 1 when a rule of severity error is broken. "
        "The contract is described in iai-contract(5).\n\n"
        "A baseline knows findings by rule, file, column and a hash of the value, with their number: rows that are put in before do not make a known finding "
        "new, one more of it is new. It holds no value, and of personal columns no hash either. "
        "--baseline and --write-baseline may name the same file (with --overwrite): it is brought up to date, and forgets what was corrected. The verdict and "
        "the exit code of --write-baseline alone are those of the data.\n\n"
        "--draft begins a contract: the data are read once to find what they meet, which is written with the reason for each line, what was merely observed "
        "being commented out; then they are held against it.\n\n"
        "Values of columns that the contract calls personal are shown masked in every output, and no message quotes them.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"contract.yaml:12:7: ...\": the contract is wrong at that line and column.\n\n"
        "\"its content is not what was ingested\": a file was changed after iai ingest; ingest again, or validate the files themselves.\n\n"
        "\"is no baseline\": write it with --write-baseline.",
    .memory =
        "Constant but for the files, the columns and the violations shown; each uniqueness rule takes at most 50 MB, more keys go to a temporary file. A row "
        "may have 64 MiB. Looking for copies takes 1 KB an image and 1.2 MB an hour of sound."};

void declare(CLI::App& app, ValidateCommandOptions& options) {
  app.add_option("dataset", options.paths, "Data set made by iai ingest (its folder or manifest), or files, folders and archives")
      ->type_name("DATASET")
      ->required();
  app.add_option("--contract", options.contract, "Contract that the data must meet")->type_name("CONTRACT.yaml");
  app.add_option("--draft", options.draft, "Write a contract that the data meet, and take that in place of --contract")
      ->type_name("CONTRACT.yaml")
      ->group("Output");
  declare_dialect(app, options.dialect);
  app.add_option("--junit", options.junit, "Also write the verdict of each rule as JUnit XML")->type_name("FILE")->group("Output");
  app.add_option("--sarif", options.sarif, "Also write the findings as SARIF 2.1.0")->type_name("FILE")->group("Output");
  app.add_option("--html", options.html, "Also write the verdict as one HTML page that loads nothing")->type_name("FILE")->group("Output");
  app.add_option("--baseline", options.baseline, "Findings that are accepted; only new ones count")->type_name("FILE.json");
  app.add_option("--write-baseline", options.write_baseline, "Write all findings of this run as a baseline")->type_name("FILE.json")->group("Output");
  app.add_flag("--overwrite", options.overwrite, "Replace existing output files");
  app.add_option("--threads", options.threads, "Threads; 0: all cores. The result does not depend on it")->type_name("N")->check(CLI::Range(0, 4096));
  app.add_option("--limit", options.limit, "Violations to show; all are counted")->type_name("N")->check(CLI::Range(0, 10'000'000))->capture_default_str();
}

ExitCode run(const ValidateCommandOptions& options, Context& context) {
  check_outputs(options);
  const bool ingested = options.paths.size() == 1 && is_data_set(options.paths[0]);
  DataSet data;
  if (ingested) data = read_data_set(options.paths[0]);
  const std::string draft = options.draft.empty() ? "" : make_draft(options, ingested ? &data : nullptr, context);
  const Contract contract =
      options.draft.empty() ? read_contract(options.contract) : parse_contract(parse_yaml(draft, options.draft.string()), options.draft.parent_path());
  for (const auto& [role, path] : outputs(options)) refuse_same_path(contract.files(), {*path});
  Recording recording(context, "validate");
  ValidateOptions how;
  how.most_kept = options.limit;
  how.threads = options.threads;
  Baseline known, found;
  if (!options.baseline.empty()) {
    known = Baseline::read(options.baseline);
    how.known = &known;
  }
  if (!options.write_baseline.empty()) how.found = &found;
  if (!options.dialect.empty()) how.dialect = read_dialect(options.dialect);
  how.progress = [&](std::int64_t rows) { context.output.progress("rows", static_cast<std::uint64_t>(rows), 0); };
  const Validation validation = ingested ? validate(data, contract, how) : validate(options.paths, contract, how);
  if (!options.draft.empty()) write_file(options.draft, draft);
  write_outputs(options, contract, validation, found);
  Report report = make_report(options, contract, validation, known);
  recording.stop();
  record_run(recording, options, contract, validation, ingested ? &data : nullptr);
  const bool passed = validation.log.errors() == 0;
  Report recorded = report;
  recorded.add("rule_counts", count_rows(contract, validation));
  const std::string id = recording.commit(recorded, passed ? "passed" : "failed");
  if (!id.empty()) report.add("record", id);
  context.output.result(report);
  return passed ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
