#include "registry/documents/evidence.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "registry/documents/figures.hpp"

namespace iai {

namespace {

using Facts = std::vector<Fact>;

std::vector<const Record*> with_verb(const std::vector<Record>& records, std::string_view verb) {
  std::vector<const Record*> found;
  for (const Record& record : records) {
    if (record.verb == verb) found.push_back(&record);
  }
  return found;
}

std::string paths(const std::vector<Artefact>& artefacts) {
  std::string text;
  for (const Artefact& artefact : artefacts) text += (text.empty() ? "" : ", ") + shown_path(artefact.path);
  return text;
}

/// Paths of the machine lose their folders, at any depth.
Json without_folders(const Json& value) {
  if (value.is_string()) return shown_path(value.get<std::string>());
  if (!value.is_structured()) return value;
  Json copy = value;
  for (auto& item : copy) item = without_folders(item);
  return copy;
}

std::string options_text(const Json& options) {
  std::string text;
  for (const auto& [key, value] : options.items()) {
    if (value.is_null() || (value.is_string() && value.get<std::string>().empty()) || (value.is_structured() && value.empty())) continue;
    text += (text.empty() ? "" : "; ") + figure_label(key) + " " + figure_text(key, without_folders(value));
  }
  return text;
}

std::string machine_text(const Json& machine) {
  std::string text = machine.value("cpu", std::string("unknown processor"));
  if (machine.contains("cores")) text += fmt::format(", {} cores", machine["cores"].dump());
  if (machine.contains("memory_bytes")) text += fmt::format(", {:.1f} GB of memory", machine["memory_bytes"].get<double>() / 1e9);
  if (machine.contains("os")) text += ", " + machine.value("os", std::string());
  if (machine.contains("architecture")) text += ", " + machine.value("architecture", std::string());
  return text;
}

void add_metrics(const Record& record, const std::string& prefix, Facts& facts) {
  for (const auto& [key, value] : record.metrics.items()) {
    facts.push_back({prefix + figure_label(key), figure_text(key, without_folders(value)), record.number});
  }
}

Facts artefact_facts(const Subject& subject) {
  return {{"Artefact",
           fmt::format("{}, {}, SHA-256 {}", shown_path(subject.artefact.path), figure_text("bytes", subject.artefact.bytes), subject.artefact.sha256),
           subject.named_by.number}};
}

/// What the chain began with: model inputs that no step of it made.
Facts origin_facts(const Subject& subject) {
  Facts facts;
  for (const Record& record : subject.chain) {
    for (const Artefact& input : record.inputs) {
      if (input.role != "model") continue;
      const bool made = std::any_of(subject.chain.begin(), subject.chain.end(), [&](const Record& maker) {
        return std::any_of(maker.outputs.begin(), maker.outputs.end(), [&](const Artefact& o) { return o.sha256 == input.sha256; });
      });
      if (!made) facts.push_back({"Made from", fmt::format("{}, SHA-256 {}", shown_path(input.path), input.sha256), record.number});
    }
  }
  return facts;
}

std::vector<const Record*> all_records(const Subject& subject) {
  std::map<std::int64_t, const Record*> all{{subject.named_by.number, &subject.named_by}};
  for (const auto* list : {&subject.chain, &subject.judgements, &subject.data}) {
    for (const Record& record : *list) all[record.number] = &record;
  }
  std::vector<const Record*> records;
  for (const auto& [number, record] : all) records.push_back(record);
  return records;
}

/// Each version of each tool once, with the newest record that it had a part in.
Facts tool_facts(const Subject& subject) {
  std::map<std::pair<std::string, std::string>, std::int64_t> versions;
  for (const Record* record : all_records(subject)) {
    for (const auto& [tool, version] : record->tool.items()) versions[{tool, figure_text("", version)}] = record->number;
  }
  Facts facts;
  for (const auto& [tool, number] : versions) facts.push_back({tool.first, tool.second, number});
  return facts;
}

/// Each machine once, with what was done on it.
Facts machine_facts(const std::vector<const Record*>& records, const std::string& label) {
  std::map<std::string, std::pair<std::int64_t, double>> machines;
  for (const Record* record : records) {
    auto& [number, seconds] = machines[machine_text(record->machine)];
    number = record->number;
    seconds += record->duration_s;
  }
  Facts facts;
  for (const auto& [text, spent] : machines) {
    facts.push_back({label, fmt::format("{}; {:.3g} s in all", text, spent.second), spent.first});
  }
  return facts;
}

Facts measured_machine_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.judgements, "bench")) {
    facts.push_back({"Measured on", machine_text(record->machine), record->number});
  }
  return facts;
}

Facts step_facts(const Subject& subject) {
  Facts facts;
  for (const Record& record : subject.chain) {
    const std::string options = options_text(record.options);
    facts.push_back(
        {record.verb, fmt::format("{} → {}{}{}", paths(record.inputs), paths(record.outputs), options.empty() ? "" : "; ", options), record.number});
  }
  return facts;
}

Facts objective_facts(const Subject& subject) {
  std::map<std::string, Fact> facts;  // by text: each objective once
  for (const Record* record : with_verb(subject.judgements, "evaluate")) {
    if (!record->options.contains("primary")) continue;
    const std::string text =
        figure_text("", record->options["primary"]) + ", " + figure_label(record->options.value("direction", std::string("direction unknown")));
    facts[text] = {"Primary metric", text, record->number};
  }
  Facts list;
  for (auto& [text, fact] : facts) list.push_back(std::move(fact));
  return list;
}

Facts choice_facts(const Subject& subject) {
  Facts facts;
  for (const Record& record : subject.chain) {
    const std::string options = options_text(record.options);
    if (!options.empty()) facts.push_back({"Options of " + record.verb, options, record.number});
  }
  return facts;
}

/// Parameters, multiply-accumulates and bytes after the newest step that recorded them.
Facts structure_facts(const Subject& subject) {
  std::map<std::string, Fact> newest;
  for (const Record& record : subject.chain) {
    for (const char* key : {"parameters_after", "multiply_accumulates_after", "size_after_bytes"}) {
      if (record.metrics.contains(key)) newest[key] = {figure_label(key), figure_text(key, record.metrics[key]), record.number};
    }
  }
  Facts facts;
  for (auto& [key, fact] : newest) facts.push_back(std::move(fact));
  return facts;
}

Facts data_set_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.data, "ingest")) {
    facts.push_back({"Data set", fmt::format("{} from {}", paths(record->outputs), paths(record->inputs)), record->number});
    add_metrics(*record, "Data set: ", facts);
  }
  return facts;
}

Facts data_check_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.data, "validate")) {
    facts.push_back({"Check against the contract", fmt::format("{} ({})", record->verdict, paths(record->inputs)), record->number});
    add_metrics(*record, "Check: ", facts);
  }
  return facts;
}

/// Files that calibrated or judged the model, each once.
Facts data_file_facts(const Subject& subject) {
  std::map<std::string, Fact> files;
  for (const auto* list : {&subject.chain, &subject.judgements}) {
    for (const Record& record : *list) {
      for (const Artefact& input : record.inputs) {
        if (input.role != "data" && input.role != "calibration" && input.role != "labels") continue;
        const std::string text = fmt::format("{}, {}, SHA-256 {}", shown_path(input.path), figure_text("bytes", input.bytes), input.sha256);
        files.emplace(input.role + text, Fact{"File (" + input.role + ")", text, record.number});
      }
    }
  }
  Facts facts;
  for (auto& [key, fact] : files) facts.push_back(std::move(fact));
  return facts;
}

Facts evaluation_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.judgements, "evaluate")) {
    std::string task;
    for (const Artefact& input : record->inputs) {
      if (input.role == "task") task = shown_path(input.path);
    }
    add_metrics(*record, task.empty() ? "" : task + ": ", facts);
  }
  return facts;
}

/// The list under `key` of a verb's report; empty when it is none.
Json list_in(const Json& details, const char* key) {
  return details.is_object() && details.contains(key) && details[key].is_array() ? details[key] : Json::array();
}

std::string member_text(const Json& row, const char* key) {
  return row.is_object() && row.contains(key) && !row[key].is_null() ? figure_text("", without_folders(row[key])) : std::string();
}

/// "passed: 0.973 (at least 0.95), by record 5"
std::string check_text(const Json& check) {
  std::string text = member_text(check, "outcome");
  if (const std::string found = member_text(check, "found"); !found.empty()) text += ": " + found;
  if (const std::string limit = member_text(check, "limit"); !limit.empty()) text += " (" + member_text(check, "relation") + " " + limit + ")";
  if (const std::string record = member_text(check, "record_number"); !record.empty()) text += ", by record " + record;
  return text;
}

Facts gate_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.judgements, "gate")) {
    facts.push_back({"Release gate", fmt::format("{}, {}", record->verdict, options_text(record->metrics)), record->number});
    for (const Json& check : list_in(record->details, "checks")) {
      facts.push_back({"Check " + member_text(check, "check"), check_text(check), record->number});
    }
  }
  return facts;
}

Facts integrity_facts(const Subject& subject) {
  if (subject.chain.empty()) return {};
  const Record& maker = subject.chain.back();
  return {{"Bytes as they were made", fmt::format("SHA-256 {}, chained in record {}", subject.artefact.sha256, maker.id), maker.number}};
}

Facts performance_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.judgements, "evaluate")) {
    const std::string primary = record->options.value("primary", std::string());
    for (const auto& [key, value] : record->metrics.items()) {
      if (primary.empty() || key == primary) facts.push_back({figure_label(key), figure_text(key, without_folders(value)), record->number});
    }
  }
  return facts;
}

Facts speed_facts(const Subject& subject) {
  Facts facts;
  for (const Record* record : with_verb(subject.judgements, "bench")) add_metrics(*record, "", facts);
  return facts;
}

Facts metric_name_facts(const Subject& subject) {
  std::map<std::string, Fact> lists;
  for (const Record* record : with_verb(subject.judgements, "evaluate")) {
    std::string names;
    for (const auto& [key, value] : record->metrics.items()) names += (names.empty() ? "" : ", ") + figure_label(key);
    lists[names] = {"Metrics computed", names, record->number};
  }
  Facts facts;
  for (auto& [names, fact] : lists) facts.push_back(std::move(fact));
  return facts;
}

Facts change_facts(const Subject& subject) {
  Facts facts;
  for (const Record& record : subject.chain) {
    if (record.metrics.empty() || record.verb == "ingest") continue;
    facts.push_back({record.verb + ", " + record.started.substr(0, 10), options_text(record.metrics), record.number});
  }
  return facts;
}

}  // namespace

std::vector<Fact> evidence(std::string_view source, const Subject& subject) {
  using Finder = Facts (*)(const Subject&);
  static const std::map<std::string_view, Finder> finders = {
      {"artefact", artefact_facts},
      {"origin", origin_facts},
      {"tools", tool_facts},
      {"measured_machines", measured_machine_facts},
      {"machines", [](const Subject& s) { return machine_facts(all_records(s), "Recorded steps ran on"); }},
      {"steps", step_facts},
      {"objective", objective_facts},
      {"choices", choice_facts},
      {"structure", structure_facts},
      {"data_sets", data_set_facts},
      {"data_checks", data_check_facts},
      {"data_files", data_file_facts},
      {"evaluations", evaluation_facts},
      {"gates", gate_facts},
      {"integrity", integrity_facts},
      {"performance", performance_facts},
      {"speed", speed_facts},
      {"metric_names", metric_name_facts},
      {"changes", change_facts}};
  const auto finder = finders.find(source);
  if (finder == finders.end()) throw Error(ErrorKind::internal, "no evidence is called " + std::string(source));
  return finder->second(subject);
}

}  // namespace iai
