#include "commands/gate_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/junit.hpp"

namespace iai {

namespace {

bool is_waived(const Verdict& verdict) { return verdict.outcome == Outcome::waived; }
/// Undecided, and the policy lets it pass.
bool is_left_open(const Verdict& verdict) { return verdict.outcome == Outcome::undecided && !is_failure(verdict); }

Report verdict_row(const Verdict& verdict) {
  const Check& check = verdict.check;
  Report row;
  row.add("check", check.id).add("outcome", outcome_name(verdict.outcome));
  if (verdict.found) row.add("found", *verdict.found);
  else if (!verdict.found_text.empty()) row.add("found", verdict.found_text);
  else row.add_null("found");
  if (has_no_limit(check)) row.add_null("relation").add_null("limit");
  else if (check.relation == Relation::one_of) row.add("relation", "one of").add("limit", fmt::format("{}", fmt::join(check.allowed, ", ")));
  else row.add("relation", check.relation == Relation::at_least ? "at least" : "at most").add("limit", check.limit);
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
  row.add("check", verdict.check.id).add("note", note_of(verdict));
  if (verdict.reference_record) row.add("reference_record", verdict.reference_record->id);
  return row;
}

}  // namespace

std::int64_t Judgement::count(bool (*wanted)(const Verdict&)) const { return std::count_if(verdicts.begin(), verdicts.end(), wanted); }

std::string note_of(const Verdict& verdict) {
  if (!is_left_open(verdict)) return verdict.note;
  return verdict.reason + (verdict.note.empty() ? "" : "; " + verdict.note);
}

std::string limit_text(const Check& check) {
  if (has_no_limit(check)) return {};
  if (check.relation == Relation::one_of) return fmt::format("{}", fmt::join(check.allowed, " or "));
  return fmt::format("{} {:.6g}", check.relation == Relation::at_least ? "at least" : "at most", check.limit);
}

std::string gate_headline(const Judgement& judgement) {
  const std::int64_t all = static_cast<std::int64_t>(judgement.verdicts.size()), failed = judgement.count(is_failure);
  const std::int64_t waived = judgement.count(is_waived), open = judgement.count(is_left_open);
  std::string line = failed == 0 ? fmt::format("{}: yes, {} of {} checks passed", judgement.policy.name, all - waived - open, all)
                                 : fmt::format("{}: no, {} of {} checks failed", judgement.policy.name, failed, all);
  if (waived > 0) line += fmt::format(", {} waived", waived);
  if (open > 0) line += fmt::format(", {} undecided", open);
  return line;
}

Report gate_report(const Judgement& judgement) {
  const Policy& policy = judgement.policy;
  Report report("iai.gate/1");
  report.headline(gate_headline(judgement));
  report.add("verdict", judgement.is_passed() ? "passed" : "failed").add("model", policy.model.generic_string());
  if (policy.reference.empty()) report.add_null("reference");
  else report.add("reference", policy.reference.generic_string());
  report.add("date", judgement.today).add("failed", judgement.count(is_failure)).add("waived", judgement.count(is_waived));
  ReportRows rows, failures, waivers, notes;
  for (const Verdict& verdict : judgement.verdicts) {
    rows.push_back(verdict_row(verdict));
    if (is_failure(verdict)) failures.push_back(failure_row(verdict));
    if (is_waived(verdict)) waivers.push_back(waiver_row(verdict));
    if (!note_of(verdict).empty()) notes.push_back(note_row(verdict));
  }
  report.add("checks", std::move(rows)).add("failures", std::move(failures));
  return report.add("waivers", std::move(waivers)).add("notes", std::move(notes));
}

std::string gate_junit(const Judgement& judgement) {
  std::vector<JUnitCase> cases;
  for (const Verdict& verdict : judgement.verdicts) {
    JUnitCase one{judgement.policy.name, verdict.check.id, JUnitOutcome::passed, verdict.reason, {}};
    if (is_failure(verdict)) one.outcome = JUnitOutcome::failed;
    if (is_waived(verdict)) {
      one.outcome = JUnitOutcome::skipped;
      one.message = fmt::format("waived by {} until {}: {} ({})", verdict.waiver->name, verdict.waiver->expires, verdict.waiver->reason, verdict.reason);
    }
    if (verdict.record) one.text = fmt::format("rests on record {} ({})", verdict.record->number, verdict.record->id);
    if (is_left_open(verdict)) one.text += "; undecided: " + verdict.reason;
    if (!verdict.hint.empty()) one.text += (one.text.empty() ? "" : "; ") + verdict.hint;
    cases.push_back(std::move(one));
  }
  return junit_xml(judgement.policy.name, cases);
}

}  // namespace iai
