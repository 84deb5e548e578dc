#include "commands/gate.hpp"

#include <chrono>
#include <set>

#include <fmt/format.h>

#include "commands/gate_documents.hpp"
#include "commands/gate_explain.hpp"
#include "commands/gate_report.hpp"
#include "commands/judge_signature.hpp"
#include "commands/options.hpp"
#include "commands/recording.hpp"
#include "formats/error.hpp"
#include "formats/staged_model.hpp"
#include "registry/promotions.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual gate_manual{
    .description =
        "Says whether a model may be released: yes (exit 0) or no (exit 1). What it must show stands in a policy file (man 5 iai-policy): limits on metrics, "
        "also of every group of a slice, on the drop against a reference, on size and speed, on any figure that a step recorded, data sets that must be valid, "
        "steps that must have been taken, how old records may be, and keys that must have signed the model.\n\n"
        "Nothing is measured here. Every verdict rests on a record in the registry about exactly these bytes of the model, the reference, the task and its "
        "data; a record for another version never counts. Where there is none, the check is missing, which counts as failed, and the command line that would "
        "make the record is shown; --explain CHECK shows the records of a check. A registry whose chain does not hold is refused.\n\n"
        "A limit that is judged by a whole interval (bound: interval) is undecided where the interval holds the limit: more data would be needed to say. It "
        "fails, or warns, or passes, as the policy says.\n\n"
        "--promote NAME makes the model the baseline of that name when it passes, in the very record of the verdict; --reference baseline:NAME, or reference: "
        "baseline:NAME in a policy, then compares with it, also when its file is long overwritten. iai registry baselines lists them, iai registry roll-back "
        "NAME returns to the one before; both are records, nothing is taken out.\n\n"
        "A waiver lets a check pass until a day: it needs the check, the name of who answers for it, the reason and the last day, and may name the one model "
        "that it is for. The check is then shown as waived, never as passed. A waiver whose day is over is void. Today is the clock's day in UTC unless --date "
        "names one, which the record always holds, so that a verdict can be repeated.",
    .examples = {{"May this model go out?", "iai gate model-int8.onnx --policy policy.yaml --reference model.onnx"},
                 {"In a pipeline, with the policy naming the models", "iai gate --policy policy.yaml --junit gate.xml"},
                 {"For the merge request and the code scanning of a pipeline", "iai gate --policy policy.yaml --markdown gate.md --sarif gate.sarif"},
                 {"Against the model that runs in the plant, whose place it takes when it passes",
                  "iai gate model.onnx --policy policy.yaml --reference baseline:line-3 --promote line-3"},
                 {"What a verdict rests on", "iai gate --policy policy.yaml --explain drop.accuracy"},
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
  app.add_option("--reference", options.reference, "Model to compare with, or baseline:NAME for one that was promoted")->type_name("MODEL.onnx");
  declare_task(app, options.task);
  app.add_option("--junit", options.junit, "Write the verdicts as JUnit XML")->type_name("FILE.xml")->group("Output");
  app.add_option("--markdown", options.markdown, "Write the verdicts as a comment for a merge request")->type_name("FILE.md")->group("Output");
  app.add_option("--sarif", options.sarif, "Write what did not pass as SARIF 2.1.0, at the lines of the policy")->type_name("FILE.sarif")->group("Output");
  app.add_flag("--overwrite", options.overwrite, "Replace existing output files");
  auto* promote = app.add_option("--promote", options.promote, "Make the model the baseline NAME when it passes")->type_name("NAME");
  app.add_option("--explain", options.explain, "Show the records that one check rests on; writes and records nothing")->type_name("CHECK")->excludes(promote);
  app.add_option("--date", options.date, "Day that waivers and the age of records are judged by, YYYY-MM-DD; today without it")->type_name("DAY");
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

Judgement judge(Policy policy, const Registry& registry, const std::string& today) {
  refuse_broken_chain(registry);
  Evidence evidence(registry);
  Release release = release_of(policy, registry, evidence);
  std::vector<Verdict> verdicts;
  for (const Check& check : policy.checks) {
    verdicts.push_back(judge_check(check, release, evidence));
    judge_age(verdicts.back(), release, today);
  }
  Judgement judgement{std::move(policy), std::move(release), today, std::move(verdicts)};
  apply_waivers(judgement.verdicts, judgement.policy.waivers, today, judgement.release.model.sha256);
  return judgement;
}

/// The command line with the day in it, so that the verdict can be repeated later.
std::vector<std::string> dated(std::vector<std::string> arguments, const GateOptions& options, const std::string& today) {
  if (options.date.empty()) arguments.insert(arguments.end(), {"--date", today});
  return arguments;
}

/// Those that are asked for, by role.
std::vector<std::pair<std::string, const fs::path*>> outputs(const GateOptions& options) {
  std::vector<std::pair<std::string, const fs::path*>> list{{"junit", &options.junit}, {"markdown", &options.markdown}, {"sarif", &options.sarif}};
  std::erase_if(list, [](const auto& output) { return output.second->empty(); });
  return list;
}

void check_outputs(const GateOptions& options, const Policy& policy) {
  std::vector<fs::path> paths;
  for (const auto& [role, path] : outputs(options)) paths.push_back(*path);
  refuse_same_path({policy.model, policy.reference, policy.task, options.policy}, paths);
  for (const fs::path& path : paths) refuse_existing(path, options.overwrite ? IfExists::replace : IfExists::refuse);
}

void check_promotion(const GateOptions& options, const Context& context) {
  if (options.promote.empty()) return;
  if (!is_baseline_name(options.promote)) {
    throw Error(ErrorKind::usage, "--promote: '" + options.promote + "' cannot be a baseline's name", "use letters, digits, '.', '_' and '-'");
  }
  if (!context.record) throw Error(ErrorKind::usage, "--promote is a record, so it cannot go with --no-record", "leave out one of them");
}

void write_outputs(const GateOptions& options, const Judgement& judgement) {
  if (!options.junit.empty()) write_file(options.junit, gate_junit(judgement));
  if (!options.markdown.empty()) write_file(options.markdown, gate_markdown(judgement));
  if (!options.sarif.empty()) write_file(options.sarif, gate_sarif(judgement, options.policy));
}

/// The key, and those signatures that are there.
void name_signatures(const Check& check, const fs::path& model, std::set<std::pair<std::string, fs::path>>& named) {
  named.emplace("key", check.key);
  for (const fs::path& file : model_files(model)) {
    const fs::path signature = signature_of(check, model, file);
    std::error_code ignored;
    if (fs::exists(signature, ignored)) named.emplace("signature", signature);
  }
}

void record(Recording& recording, const GateOptions& options, const Judgement& judgement) {
  const Policy& policy = judgement.policy;
  recording.option("policy", policy.name);
  recording.input("policy", options.policy);
  recording.input("model", policy.model);
  if (const auto& reference = judgement.release.reference; reference && !reference->on_disk) {
    recording.input_digest("reference", policy.reference.string(), reference->sha256, reference->bytes);
  } else if (reference) {
    recording.input("reference", policy.reference);
  }
  if (!policy.task.empty()) recording.input("task", policy.task);
  std::set<std::pair<std::string, fs::path>> named;
  for (const Check& check : policy.checks) {
    if (check.kind == CheckKind::data) named.emplace("data set", recorded_artefact(check.data_set));
    if (!check.contract.empty()) named.emplace("contract", check.contract);
    if (check.kind == CheckKind::signature) name_signatures(check, policy.model, named);
    for (const auto& [role, path] : check.of) named.emplace(role, recorded_artefact(path));
  }
  for (const auto& [role, path] : named) recording.input(role, path);
  for (const auto& [role, path] : outputs(options)) recording.output(role, *path);
  if (!options.promote.empty()) recording.option("promote", options.promote);
  recording.metric("size_bytes", static_cast<std::uint64_t>(bytes_of(judgement.release.model)));
  recording.metric("checks", judgement.verdicts.size());
  recording.metric("failed", judgement.count(is_failure));
  recording.metric("waived", judgement.count([](const Verdict& verdict) { return verdict.outcome == Outcome::waived; }));
}

ExitCode explain(const GateOptions& options, const Policy& policy, const std::string& today, Context& context) {
  const Registry registry = open_registry(context);
  const Judgement judgement = judge(policy, registry, today);
  const Report report = explain_check(judgement, options.explain, registry);
  context.output.result(report);
  return is_failure(verdict_of(judgement, options.explain)) ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace

ExitCode run(const GateOptions& options, Context& context) {
  if (!options.date.empty() && !is_date(options.date)) {
    throw Error(ErrorKind::usage, "--date: '" + options.date + "' is no day", "write it as 2027-03-31");
  }
  const std::string today = options.date.empty() ? today_utc() : options.date;
  const Policy policy = policy_of(options);
  if (!options.explain.empty()) return explain(options, policy, today, context);
  check_outputs(options, policy);
  check_promotion(options, context);
  Recording recording(context, "gate");
  recording.arguments(dated(context.arguments, options, today));
  recording.option("date", today);
  const Judgement judgement = judge(policy, open_registry(context), today);
  write_outputs(options, judgement);
  Report report = gate_report(judgement);
  if (!options.promote.empty() && judgement.is_passed()) report.add("promoted_as", options.promote);
  else if (!options.promote.empty()) report.add_null("promoted_as");
  record(recording, options, judgement);
  recording.commit(report, judgement.is_passed() ? "passed" : "failed");
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.outcome == Outcome::undecided && verdict.check.undecided == Undecided::warn)
      context.output.warn(verdict.check.id + " is undecided: " + verdict.reason);
  }
  context.output.result(report);
  return judgement.is_passed() ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
