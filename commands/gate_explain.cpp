#include "commands/gate_explain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::string state_now(const Artefact& artefact, const Registry& registry) {
  if (artefact.kind == "value") return "no file";
  std::error_code ignored;
  const fs::path path = registry.project_folder() / artefact.path;
  if (!fs::exists(path, ignored)) return "gone";
  return digest_path(path) == artefact.sha256 ? "as recorded" : "changed";
}

ReportRows artefact_rows(const std::vector<const Record*>& records, const Registry& registry) {
  ReportRows rows;
  for (const Record* record : records) {
    for (const auto& [direction, artefacts] : {std::pair("input", &record->inputs), std::pair("output", &record->outputs)}) {
      for (const Artefact& artefact : *artefacts) {
        Report row;
        row.add("record", record->number).add("direction", direction).add("role", artefact.role).add("path", artefact.path);
        rows.push_back(std::move(row.add("sha256", artefact.sha256).add("state", state_now(artefact, registry))));
      }
    }
  }
  return rows;
}

void add_figure(ReportRows& rows, const Record& record, const std::string& name, const Json& value, const Json& figure) {
  Report row;
  row.add("record", record.number).add("figure", name);
  if (value.is_number()) row.add("value", value.get<double>());
  else if (value.is_null()) row.add_null("value");
  else row.add("value", value.is_string() ? value.get<std::string>() : value.dump());
  for (const char* key : {"low", "high", "n"}) {
    if (figure.is_object() && figure.contains(key) && figure.at(key).is_number()) row.add(key, figure.at(key).get<double>());
    else row.add_null(key);
  }
  rows.push_back(std::move(row));
}

/// The figure that was judged, in every record that has it; for checks that judge no figure, all metrics.
ReportRows figure_rows(const Check& check, const std::vector<const Record*>& records) {
  ReportRows rows;
  for (const Record* record : records) {
    if (check.kind == CheckKind::figure || check.kind == CheckKind::figure_ratio) {
      for (const FoundFigure& found : figures_at(check.place, *record)) {
        add_figure(rows, *record, check.name + (found.label.empty() ? "" : " of " + found.label), found.value, found.figure);
      }
      continue;
    }
    const bool judged = record->metrics.contains(check.name);
    for (const auto& [name, recorded] : record->metrics.items()) {
      if (judged && name != check.name) continue;
      const Json figure = plain_figure(recorded);
      add_figure(rows, *record, name, figure.is_object() ? figure.value("value", Json()) : figure, figure);
    }
  }
  return rows;
}

}  // namespace

const Verdict& verdict_of(const Judgement& judgement, const std::string& id) {
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.check.id == id) return verdict;
  }
  const std::vector<std::string> ids = check_ids(judgement.policy);
  throw Error(ErrorKind::usage, "--explain: this policy has no check '" + id + "'", did_you_mean(id, ids, fmt::format("it has: {}", fmt::join(ids, ", "))));
}

Report explain_check(const Judgement& judgement, const std::string& id, const Registry& registry) {
  const Verdict& verdict = verdict_of(judgement, id);
  std::vector<const Record*> records;
  if (verdict.record) records.push_back(&*verdict.record);
  if (verdict.reference_record) records.push_back(&*verdict.reference_record);
  Report report("iai.gate-explain/1");
  const std::string rests = records.empty()       ? "no record"
                            : records.size() == 1 ? fmt::format("record {}", records[0]->number)
                                                  : fmt::format("records {} and {}", records[0]->number, records[1]->number);
  report.headline(fmt::format("{}: {}, resting on {}", id, outcome_name(verdict.outcome), rests));
  report.add("check", id).add("outcome", outcome_name(verdict.outcome)).add("date", judgement.today);
  if (verdict.found) report.add("found", *verdict.found);
  else if (!verdict.found_text.empty()) report.add("found", verdict.found_text);
  else report.add_null("found");
  const auto add_text = [&](const char* key, const std::string& text) { text.empty() ? report.add_null(key) : report.add(key, text); };
  add_text("limit", limit_text(verdict.check));
  add_text("reason", verdict.reason);
  add_text("command", verdict.hint);
  add_text("note", verdict.note);
  ReportRows rows;
  for (const Record* record : records) {
    Report row;
    row.add("number", record->number).add("id", record->id).add("verb", record->verb).add("started", record->started).add("verdict", record->verdict);
    rows.push_back(std::move(row.add("command", fmt::format("iai {}", fmt::join(record->arguments, " ")))));
  }
  report.add("records", std::move(rows)).add("figures", figure_rows(verdict.check, records));
  return report.add("artefacts", artefact_rows(records, registry));
}

}  // namespace iai
