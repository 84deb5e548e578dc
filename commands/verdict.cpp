#include "commands/verdict.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "commands/judge_drop.hpp"
#include "commands/judge_figure.hpp"
#include "commands/judge_ratio.hpp"
#include "commands/judge_signature.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

void judge_metric(Verdict& verdict, const Release& release, Evidence& evidence) {
  if (!take(verdict, find_evaluation(release.model, release, evidence), evaluate_command(release.model, release))) return;
  judge_recorded(verdict, verdict.check.name, verdict.check.kind == CheckKind::samples ? "n" : "");
  if (verdict.outcome == Outcome::missing && verdict.hint.empty()) verdict.hint = "add " + verdict.check.name + " to the metrics of the task";
}

void judge_size(Verdict& verdict, const Release& release, Evidence& evidence) {
  if (!take(verdict, evidence.naming(release.model), bench_command(release))) return;
  if (verdict.check.kind == CheckKind::size) settle(verdict, bytes_of(release.model));
  else settle(verdict, bytes_of(release.model) / std::max(1.0, bytes_of(reference_of(verdict.check, release))));
}

void judge_bench(Verdict& verdict, const Release& release, Evidence& evidence) {
  const bool is_ratio = verdict.check.name == "latency_ratio";
  const std::string reference = is_ratio ? reference_of(verdict.check, release).sha256 : std::string();
  FoundRecord finding =
      evidence.newest("bench", release.model, [&](const Record& record) { return !is_ratio || input_digest(record, "reference") == reference; });
  if (!take(verdict, std::move(finding), bench_command(release))) return;
  judge_recorded(verdict, verdict.check.name);
  if (verdict.outcome != Outcome::passed && verdict.hint.empty()) verdict.hint = bench_command(release);
  if (verdict.record->metrics.value("steady", true) == false) verdict.note = "the machine was unsteady when this was measured";
}

void judge_data(Verdict& verdict, Evidence& evidence) {
  const Check& check = verdict.check;
  const fs::path manifest = fs::is_directory(check.data_set) ? check.data_set / "manifest.json" : check.data_set;
  std::vector<std::pair<std::string, Exhibit>> inputs{{"data set", evidence.exhibit(manifest)}};
  if (!check.contract.empty()) inputs.emplace_back("contract", evidence.exhibit(check.contract));
  const std::string command = validate_command(check);
  if (!take(verdict, evidence.newest("validate", inputs), command)) return;
  verdict.found_text = verdict.record->verdict;
  verdict.outcome = verdict.record->verdict == "passed" ? Outcome::passed : Outcome::failed;
  if (verdict.outcome == Outcome::passed) return;
  verdict.reason = fmt::format("record {} found it invalid", verdict.record->number);
  verdict.hint = command;
}

void judge_record(Verdict& verdict, const Release& release, Evidence& evidence) {
  const std::string command = step_command(verdict.check.name, release);
  if (!take(verdict, evidence.in_lineage(verdict.check.name, release.model), command)) return;
  verdict.found_text = "recorded";
  verdict.outcome = Outcome::passed;
}

/// Does a record that compares two models compare with the policy's reference?
std::string other_reference(const Record& record, const Release& release) {
  const std::string compared = input_digest(record, "reference");
  if (compared.empty() || (release.reference && release.reference->sha256 == compared)) return {};
  return fmt::format("record {} compares with another model than {}", record.number,
                     release.reference ? release.reference->path.string() : "a reference that this policy names: it names none");
}

void judge_any_figure(Verdict& verdict, const Release& release, Evidence& evidence) {
  const Check& check = verdict.check;
  std::vector<std::pair<std::string, Exhibit>> artefacts;
  for (const auto& [role, path] : check.of) artefacts.emplace_back(role, evidence.artefact(path));
  if (check.of.empty()) artefacts.emplace_back("model", release.model);
  FoundRecord finding = evidence.newest_about(check.step, artefacts, [&](const Record& record) -> std::string {
    if (check.step == "evaluate" && !fits_task(record, release)) return "it judged by another task or split";
    return check.of.empty() ? other_reference(record, release) : std::string();
  });
  const std::string command = figure_command(check, release);
  if (!take(verdict, std::move(finding), command)) return;
  judge_place(verdict);
  if (verdict.outcome == Outcome::missing && verdict.hint.empty()) verdict.hint = command;
}

/// Whole days from the start of the record to `today`.
int age_days(const Record& record, const std::string& today) {
  const auto day = [](const std::string& text) {
    return std::chrono::sys_days(std::chrono::year_month_day(std::chrono::year(std::stoi(text.substr(0, 4))),
                                                             std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
                                                             std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2))))));
  };
  return static_cast<int>((day(today) - day(record.started)).count());
}

}  // namespace

bool is_failure(const Verdict& verdict) {
  if (verdict.outcome == Outcome::undecided) return verdict.check.undecided == Undecided::fail;
  return verdict.outcome == Outcome::failed || verdict.outcome == Outcome::missing;
}

std::string outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed: return "passed";
    case Outcome::failed: return "failed";
    case Outcome::missing: return "missing";
    case Outcome::undecided: return "undecided";
    case Outcome::waived: return "waived";
  }
  return {};
}

Verdict judge_check(const Check& check, const Release& release, Evidence& evidence) {
  Verdict verdict;
  verdict.check = check;
  switch (check.kind) {
    case CheckKind::metric:
    case CheckKind::samples: judge_metric(verdict, release, evidence); break;
    case CheckKind::drop: judge_drop(verdict, release, evidence); break;
    case CheckKind::size:
    case CheckKind::size_ratio: judge_size(verdict, release, evidence); break;
    case CheckKind::bench: judge_bench(verdict, release, evidence); break;
    case CheckKind::data: judge_data(verdict, evidence); break;
    case CheckKind::record: judge_record(verdict, release, evidence); break;
    case CheckKind::signature: judge_signature(verdict, release); break;
    case CheckKind::figure: judge_any_figure(verdict, release, evidence); break;
    case CheckKind::figure_ratio: judge_ratio(verdict, release, evidence); break;
  }
  return verdict;
}

void judge_age(Verdict& verdict, const Release& release, const std::string& today) {
  if (!verdict.check.newest_days || verdict.outcome == Outcome::missing) return;
  for (const std::optional<Record>* record : {&verdict.record, &verdict.reference_record}) {
    if (!*record) continue;
    const std::string day = (*record)->started.substr(0, 10);
    if (!is_date(day)) throw Error(ErrorKind::input, fmt::format("record {} was started at '{}', which is no time", (*record)->number, (*record)->started));
    const int age = age_days(**record, today);
    if (age <= *verdict.check.newest_days) continue;
    verdict.outcome = Outcome::failed;
    verdict.reason += fmt::format("{}record {} of {} is {} days old, the policy allows {}", verdict.reason.empty() ? "" : "; ", (*record)->number, day, age,
                                  *verdict.check.newest_days);
    if (verdict.hint.empty()) {
      const bool is_data = verdict.check.kind == CheckKind::data;
      verdict.hint = is_data                      ? validate_command(verdict.check)
                     : verdict.check.step.empty() ? step_command((*record)->verb, release)
                                                  : figure_command(verdict.check, release);
    }
  }
}

void apply_waivers(std::vector<Verdict>& verdicts, const std::vector<Waiver>& waivers, const std::string& today, const std::string& sha256) {
  for (Verdict& verdict : verdicts) {
    if (verdict.outcome == Outcome::passed) continue;
    for (const Waiver& waiver : waivers) {
      if (waiver.check != verdict.check.id) continue;
      if (sha256.compare(0, waiver.sha256.size(), waiver.sha256) != 0) {
        verdict.reason += "; the waiver of " + waiver.name + " is for another model (" + waiver.sha256 + ")";
        continue;
      }
      verdict.waiver = &waiver;
      // Days written as year, month, day have the order of their text.
      if (today <= waiver.expires) verdict.outcome = Outcome::waived;
      else verdict.reason += "; the waiver of " + waiver.name + " ended on " + waiver.expires;
    }
  }
}

}  // namespace iai
