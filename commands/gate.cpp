#include "commands/gate.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "commands/junit.hpp"
#include "commands/options.hpp"
#include "commands/recording.hpp"
#include "commands/verdict.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual gate_manual{
    .description =
        "Says whether a model may be released: yes (exit 0) or no (exit 1). What it must show stands in a policy file "
        "(man 5 "
        "iai-policy): limits on metrics, on the drop against a reference, on size and speed, data sets that must be "
        "valid, steps that "
        "must have been taken.\n\n"
        "Nothing is measured here. Every verdict rests on a record in the registry about exactly these bytes of the "
        "model, the "
        "reference, the task and its data; a record for another version never counts. Where there is none, the check "
        "is missing, which "
        "counts as failed, and the command line that would make the record is shown. A registry whose chain does not "
        "hold is refused.\n\n"
        "A waiver lets a check pass until a day: it needs the check, the name of who answers for it, the reason and "
        "the last day. The "
        "check is then shown as waived, never as passed. A waiver whose day is over is void. Today is the clock's day "
        "in UTC unless "
        "--date names one, which the record always holds, so that a verdict can be repeated.",
    .examples = {{"May this model go out?", "iai gate model-int8.onnx --policy policy.yaml --reference model.onnx"},
                 {"In a pipeline, with the policy naming the models", "iai gate --policy policy.yaml --junit gate.xml"},
                 {"As it would have been judged on that day", "iai gate --policy policy.yaml --date 2026-11-24 --no-record"}},
    .diagnostics =
        "\"a record for an older version of ... exists\": the file changed after it was judged; take the step "
        "again.\n\n"
        "\"... changed since record 12\": the data or the task that the evaluation rests on has other bytes today.\n\n"
        "\"the chain of ... does not hold\": the registry was altered; iai registry verify says where.",
};

void declare(CLI::App& app, GateOptions& options) {
  app.add_option("model", options.model, "The model; without it the policy names one")->type_name("MODEL.onnx");
  app.add_option("--policy", options.policy, "What the model must show")->type_name("POLICY.yaml")->required();
  app.add_option("--reference", options.reference, "Model to compare with")->type_name("MODEL.onnx");
  declare_task(app, options.task);
  app.add_option("--junit", options.junit, "Write the verdicts as JUnit XML")->type_name("FILE.xml")->group("Output");
  app.add_flag("--overwrite", options.overwrite, "Replace an existing FILE.xml");
  app.add_option("--date", options.date, "Day that waivers are judged by, YYYY-MM-DD; today without it")->type_name("DAY");
}

namespace {

std::string today_utc() {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::vector<std::string> verbs() {
  std::vector<std::string> names;
  for (const Command& command : command_table()) names.emplace_back(command.name);
  return names;
}

/// The policy with what the command line says in its place.
Policy policy_of(const GateOptions& options) {
  Policy policy = read_policy(options.policy, verbs());
  if (!options.model.empty()) policy.model = options.model;
  if (!options.reference.empty()) policy.reference = options.reference;
  if (!options.task.empty()) policy.task = options.task;
  if (policy.model.empty()) {
    throw Error(ErrorKind::usage, options.policy.string() + " names no model", "name it on the command line, or with model: in the policy");
  }
  return policy;
}

void refuse_broken_chain(const Registry& registry) {
  const std::vector<ChainFault> faults = registry.check_chain();
  if (faults.empty()) return;
  throw Error(ErrorKind::input,
              fmt::format("the chain of {} does not hold: record {}: {}", registry.path().string(), faults.front().number, faults.front().what),
              "iai registry verify shows all that is wrong");
}

std::vector<Verdict> judge(const Policy& policy, const Context& context, const std::string& today) {
  const Registry registry = open_registry(context);
  refuse_broken_chain(registry);
  Evidence evidence(registry);
  Release release{evidence.exhibit(policy.model), {}, {}, policy.split};
  if (!policy.reference.empty()) release.reference = evidence.exhibit(policy.reference);
  if (!policy.task.empty()) release.task = evidence.exhibit(policy.task);
  std::vector<Verdict> verdicts;
  for (const Check& check : policy.checks) verdicts.push_back(judge_check(check, release, evidence));
  apply_waivers(verdicts, policy.waivers, today);
  return verdicts;
}

bool is_failure(const Verdict& verdict) { return verdict.outcome == Outcome::failed || verdict.outcome == Outcome::missing; }

std::int64_t count(const std::vector<Verdict>& verdicts, bool (*wanted)(const Verdict&)) { return std::count_if(verdicts.begin(), verdicts.end(), wanted); }

Report verdict_row(const Verdict& verdict) {
  const Check& check = verdict.check;
  Report row;
  row.add("check", check.id).add("outcome", outcome_name(verdict.outcome));
  if (verdict.found) row.add("found", *verdict.found);
  else if (!verdict.found_text.empty()) row.add("found", verdict.found_text);
  else row.add_null("found");
  const bool has_limit = check.kind != CheckKind::data && check.kind != CheckKind::record;
  if (has_limit) row.add("relation", check.relation == Relation::at_least ? "at least" : "at most").add("limit", check.limit);
  else row.add_null("relation").add_null("limit");
  if (verdict.record) row.add("record_number", verdict.record->number).add("record", verdict.record->id);
  else row.add_null("record_number").add_null("record");
  return row;
}

/// Why a check is not passed, and what to do.
Report failure_row(const Verdict& verdict) {
  Report row;
  row.add("check", verdict.check.id).add("reason", verdict.reason);
  if (verdict.hint.empty()) row.add_null("command");
  else row.add("command", verdict.hint);
  return row;
}

Report waiver_row(const Verdict& verdict) {
  Report row;
  row.add("check", verdict.check.id).add("name", verdict.waiver->name).add("expires", verdict.waiver->expires);
  return row.add("reason", verdict.waiver->reason).add("instead_of", verdict.reason);
}

Report note_row(const Verdict& verdict) {
  Report row;
  row.add("check", verdict.check.id).add("note", verdict.note);
  if (verdict.reference_record) row.add("reference_record", verdict.reference_record->id);
  return row;
}

Report gate_report(const Policy& policy, const std::vector<Verdict>& verdicts, const std::string& today) {
  const std::int64_t failed = count(verdicts, is_failure);
  const std::int64_t waived = count(verdicts, [](const Verdict& verdict) { return verdict.outcome == Outcome::waived; });
  Report report("iai.gate/1");
  std::string line = failed == 0
                         ? fmt::format("{}: yes, {} of {} checks passed", policy.name, verdicts.size() - static_cast<std::size_t>(waived), verdicts.size())
                         : fmt::format("{}: no, {} of {} checks failed", policy.name, failed, verdicts.size());
  if (waived > 0) line += fmt::format(", {} waived", waived);
  report.headline(line);
  report.add("verdict", failed == 0 ? "passed" : "failed").add("model", policy.model.generic_string());
  if (policy.reference.empty()) report.add_null("reference");
  else report.add("reference", policy.reference.generic_string());
  report.add("date", today).add("failed", failed).add("waived", waived);
  ReportRows rows, failures, waivers, notes;
  for (const Verdict& verdict : verdicts) {
    rows.push_back(verdict_row(verdict));
    if (is_failure(verdict)) failures.push_back(failure_row(verdict));
    if (verdict.outcome == Outcome::waived) waivers.push_back(waiver_row(verdict));
    if (!verdict.note.empty()) notes.push_back(note_row(verdict));
  }
  report.add("checks", std::move(rows)).add("failures", std::move(failures));
  return report.add("waivers", std::move(waivers)).add("notes", std::move(notes));
}

std::string junit_of(const Policy& policy, const std::vector<Verdict>& verdicts) {
  std::vector<JUnitCase> cases;
  for (const Verdict& verdict : verdicts) {
    JUnitCase one{policy.name, verdict.check.id, JUnitOutcome::passed, verdict.reason, {}};
    if (is_failure(verdict)) one.outcome = JUnitOutcome::failed;
    if (verdict.outcome == Outcome::waived) {
      one.outcome = JUnitOutcome::skipped;
      one.message = fmt::format("waived by {} until {}: {} ({})", verdict.waiver->name, verdict.waiver->expires, verdict.waiver->reason, verdict.reason);
    }
    if (verdict.record) one.text = fmt::format("rests on record {} ({})", verdict.record->number, verdict.record->id);
    if (!verdict.hint.empty()) one.text += (one.text.empty() ? "" : "; ") + verdict.hint;
    cases.push_back(std::move(one));
  }
  return junit_xml(policy.name, cases);
}

/// The command line with the day in it, so that the verdict can be repeated later.
std::vector<std::string> dated(std::vector<std::string> arguments, const GateOptions& options, const std::string& today) {
  if (options.date.empty()) arguments.insert(arguments.end(), {"--date", today});
  return arguments;
}

void record(Recording& recording, const GateOptions& options, const Policy& policy, const std::vector<Verdict>& verdicts) {
  recording.option("policy", policy.name);
  recording.input("policy", options.policy);
  recording.input("model", policy.model);
  if (!policy.reference.empty()) recording.input("reference", policy.reference);
  if (!policy.task.empty()) recording.input("task", policy.task);
  for (const Check& check : policy.checks) {
    if (check.kind != CheckKind::data) continue;
    recording.input("data set", fs::is_directory(check.data_set) ? check.data_set / "manifest.json" : check.data_set);
    if (!check.contract.empty()) recording.input("contract", check.contract);
  }
  if (!options.junit.empty()) recording.output("junit", options.junit);
  recording.metric("checks", verdicts.size());
  recording.metric("failed", count(verdicts, is_failure));
  recording.metric("waived", count(verdicts, [](const Verdict& verdict) { return verdict.outcome == Outcome::waived; }));
}

}  // namespace

ExitCode run(const GateOptions& options, Context& context) {
  if (!options.date.empty() && !is_date(options.date)) {
    throw Error(ErrorKind::usage, "--date: '" + options.date + "' is no day", "write it as 2027-03-31");
  }
  const std::string today = options.date.empty() ? today_utc() : options.date;
  const Policy policy = policy_of(options);
  if (!options.junit.empty()) {
    refuse_same_path({policy.model, policy.reference, policy.task, options.policy}, {options.junit});
    refuse_existing(options.junit, options.overwrite ? IfExists::replace : IfExists::refuse);
  }
  Recording recording(context, "gate");
  recording.arguments(dated(context.arguments, options, today));
  recording.option("date", today);
  const std::vector<Verdict> verdicts = judge(policy, context, today);
  if (!options.junit.empty()) write_file(options.junit, junit_of(policy, verdicts));
  Report report = gate_report(policy, verdicts, today);
  record(recording, options, policy, verdicts);
  const bool is_passed = count(verdicts, is_failure) == 0;
  recording.commit(report, is_passed ? "passed" : "failed");
  context.output.result(report);
  return is_passed ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
