#include "commands/gate_documents.hpp"

#include <fmt/format.h>

#include "commands/sarif.hpp"
#include "formats/digest.hpp"
#include "registry/documents/dossier.hpp"

namespace iai {

namespace {

std::string escaped(const std::string& text) { return escape_markdown(plain_line(text)); }

/// Code in Markdown, fenced by more backticks than stand in it.
std::string code(const std::string& text) {
  std::string line = plain_line(text), fence = "`";
  while (line.find(fence) != line.npos) fence += '`';
  const char* gap = fence.size() > 1 ? " " : "";
  for (std::size_t at = 0; (at = line.find('|', at)) != line.npos; at += 2) line.insert(at, "\\");  // a table would end the cell here
  return fence + gap + line + gap + fence;
}

std::string found_text(const Verdict& verdict) {
  return verdict.found ? fmt::format("{:.6g}", *verdict.found) : verdict.found_text.empty() ? std::string("-") : escaped(verdict.found_text);
}

std::string check_row(const Verdict& verdict) {
  const std::string limit = limit_text(verdict.check), outcome = outcome_name(verdict.outcome);
  const std::string record = verdict.record ? fmt::format("{} `{}`", verdict.record->number, verdict.record->id.substr(0, 12)) : std::string("-");
  return fmt::format("| {} | {} | {} | {} | {} |\n", is_failure(verdict) ? "**" + outcome + "**" : outcome, code(verdict.check.id), found_text(verdict),
                     limit.empty() ? "-" : escaped(limit), record);
}

std::string failure_line(const Verdict& verdict) {
  std::string line = fmt::format("- {}: {}", code(verdict.check.id), escaped(verdict.reason));
  if (!verdict.hint.empty()) line += ". What would change it: " + code(verdict.hint);
  return line + "\n";
}

std::string waiver_line(const Verdict& verdict) {
  const Waiver& waiver = *verdict.waiver;
  return fmt::format("- {}: {} answers for it until {}: {} ({})\n", code(verdict.check.id), escaped(waiver.name), waiver.expires, escaped(waiver.reason),
                     escaped(verdict.reason));
}

OrderedJson rule_of(const Check& check) {
  const std::string limit = limit_text(check);
  return sarif_rule(check.id, "error", limit.empty() ? check.id : check.id + ": " + limit,
                    "iai gate --explain " + check.id + " shows the records it rests on; man 5 iai-policy");
}

OrderedJson sarif_result(const Verdict& verdict, std::size_t rule, const std::string& uri) {
  const bool open = verdict.outcome == Outcome::undecided && !is_failure(verdict);
  const char* level = !open ? "error" : verdict.check.undecided == Undecided::warn ? "warning" : "note";
  OrderedJson result{{"ruleId", verdict.check.id}, {"ruleIndex", rule}, {"level", level}};
  std::string text = outcome_name(verdict.outcome) + ": " + verdict.reason;
  if (!verdict.hint.empty()) text += "; what would change it: " + verdict.hint;
  result["message"] = {{"text", std::move(text)}};
  OrderedJson place{{"artifactLocation", {{"uri", uri}}}};
  place["region"] = {{"startLine", verdict.check.line}};
  result["locations"] = OrderedJson::array({{{"physicalLocation", std::move(place)}}});
  result["partialFingerprints"] = {{"iaiCheck/v1", sha256(verdict.check.id)}};
  if (verdict.outcome == Outcome::waived) {
    const std::string why = fmt::format("{} answers for it until {}: {}", verdict.waiver->name, verdict.waiver->expires, verdict.waiver->reason);
    result["suppressions"] = OrderedJson::array({{{"kind", "external"}, {"status", "accepted"}, {"justification", why}}});
  }
  if (verdict.record) result["properties"] = {{"record", verdict.record->id}, {"recordNumber", verdict.record->number}};
  return result;
}

}  // namespace

std::string gate_markdown(const Judgement& judgement) {
  std::string text = "### " + escaped(gate_headline(judgement)) + "\n\n| outcome | check | found | limit | record |\n|---|---|---|---|---|\n";
  std::string failures, waived, notes;
  for (const Verdict& verdict : judgement.verdicts) {
    text += check_row(verdict);
    if (is_failure(verdict)) failures += failure_line(verdict);
    if (verdict.outcome == Outcome::waived) waived += waiver_line(verdict);
    if (const std::string note = note_of(verdict); !note.empty()) notes += fmt::format("- {}: {}\n", code(verdict.check.id), escaped(note));
  }
  if (!failures.empty()) text += "\n**Not passed**\n\n" + failures;
  if (!waived.empty()) text += "\n**Waived**\n\n" + waived;
  if (!notes.empty()) text += "\n**Notes**\n\n" + notes;
  text += "\nModel " + code(judgement.policy.model.generic_string()) + fmt::format(", SHA-256 `{}`", judgement.release.model.sha256);
  if (!judgement.policy.reference.empty()) text += ", against " + code(judgement.policy.reference.generic_string());
  return text + fmt::format("; judged by the day {}.\n", judgement.today);
}

std::string gate_sarif(const Judgement& judgement, const std::filesystem::path& policy) {
  OrderedJson rules = OrderedJson::array(), results = OrderedJson::array();
  const std::string uri = sarif_uri(policy.lexically_normal().generic_string());
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.outcome != Outcome::passed) results.push_back(sarif_result(verdict, rules.size(), uri));
    rules.push_back(rule_of(verdict.check));
  }
  OrderedJson run;
  run["tool"] = sarif_tool(std::move(rules));
  run["results"] = std::move(results);
  run["properties"] = {{"policy", judgement.policy.name},
                       {"verdict", judgement.is_passed() ? "passed" : "failed"},
                       {"date", judgement.today},
                       {"modelSha256", judgement.release.model.sha256}};
  return sarif_document("gate", std::move(run));
}

}  // namespace iai
