#include "commands/verdict.hpp"

#include <cmath>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "evaluator/task/metric_names.hpp"
#include "formats/error.hpp"
#include "formats/model.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// Differences and ratios of recorded figures carry the rounding of the calculation; a limit that is met but for that
/// is met.
constexpr double rounding = 1e-9;

const Exhibit& reference_of(const Check& check, const Release& release) {
  if (release.reference) return *release.reference;
  throw Error(ErrorKind::usage, "the check " + check.id + " needs a reference", "name one with --reference, or with reference: in the policy");
}

std::string evaluate_command(const Exhibit& model, const Release& release) {
  return "iai evaluate " + model.path.string() + " --task " + (release.task ? release.task->path.string() : "TASK.yaml");
}

std::string bench_command(const Release& release) {
  if (!release.reference) return "iai bench " + release.model.path.string();
  return "iai bench " + release.reference->path.string() + " " + release.model.path.string();
}

FoundRecord find_evaluation(const Exhibit& model, const Release& release, Evidence& evidence) {
  return evidence.newest("evaluate", model, [&](const Record& record) {
    if (release.task && input_digest(record, "task") != release.task->sha256) return false;
    return record.options.value("split", "evaluation") == release.split;
  });
}

/// Were both judged by the same task over the same data?
bool same_ground(const Record& a, const Record& b) {
  const auto ground = [](const Record& record) {
    std::vector<std::pair<std::string, std::string>> inputs;
    for (const Artefact& input : record.inputs) {
      if (input.role != "model") inputs.emplace_back(input.role, input.sha256);
    }
    return inputs;
  };
  return ground(a) == ground(b);
}

void settle(Verdict& verdict, double found) {
  const Check& check = verdict.check;
  verdict.found = found;
  const bool derived = check.kind == CheckKind::drop || check.kind == CheckKind::size_ratio;
  const double slack = derived ? rounding * std::max(1.0, std::abs(check.limit)) : 0;
  const bool holds = check.relation == Relation::at_least ? found >= check.limit - slack : found <= check.limit + slack;
  verdict.outcome = holds ? Outcome::passed : Outcome::failed;
  if (!holds) verdict.reason = fmt::format("{:.6g} is {} {:.6g}", found, found > check.limit ? "above" : "below", check.limit);
}

const char* bound_key(Bound bound) { return bound == Bound::low ? "low" : bound == Bound::high ? "high" : "value"; }

/// A figure of a record: a number, or a map with the ends of its interval.
void judge_figure(Verdict& verdict, const char* key) {
  const Json& metrics = verdict.record->metrics;
  const std::string& name = verdict.check.name;
  if (!metrics.contains(name)) {
    std::string known;
    for (const auto& [metric, value] : metrics.items()) known += (known.empty() ? "" : ", ") + metric;
    verdict.reason = fmt::format("record {} has no {}; it has {}", verdict.record->number, name, known);
    return;
  }
  const Json& figure = metrics.at(name);
  const std::string end = key;
  const Json& value = figure.is_object() && figure.contains(end) ? figure.at(end) : figure;
  if (!figure.is_object() && end != "value") {
    verdict.reason = name + " has no interval, so no '" + end + "' to judge";
  } else if (!value.is_number()) {
    verdict.reason = fmt::format("{} of {} is undefined in record {}", end, name, verdict.record->number);
  } else {
    settle(verdict, value.get<double>());
    if (verdict.outcome == Outcome::failed && end != "value") {
      verdict.reason = "the " + end + " end of the interval, " + verdict.reason;
    }
  }
}

bool take(Verdict& verdict, FoundRecord finding, const std::string& hint) {
  verdict.record = std::move(finding.record);
  if (verdict.record) return true;
  verdict.reason = std::move(finding.why);
  verdict.hint = hint;
  return false;
}

void judge_metric(Verdict& verdict, const Release& release, Evidence& evidence) {
  if (!take(verdict, find_evaluation(release.model, release, evidence), evaluate_command(release.model, release))) return;
  judge_figure(verdict, verdict.check.kind == CheckKind::samples ? "n" : bound_key(verdict.check.bound));
  if (verdict.outcome == Outcome::missing && verdict.hint.empty()) verdict.hint = "add " + verdict.check.name + " to the metrics of the task";
}

std::optional<double> value_of(const Record& record, const std::string& metric) {
  if (!record.metrics.contains(metric)) return std::nullopt;
  const Json& figure = record.metrics.at(metric);
  const Json& value = figure.is_object() && figure.contains("value") ? figure.at("value") : figure;
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

void judge_drop(Verdict& verdict, const Release& release, Evidence& evidence) {
  const Exhibit& reference = reference_of(verdict.check, release);
  if (!take(verdict, find_evaluation(release.model, release, evidence), evaluate_command(release.model, release))) return;
  FoundRecord other = evidence.newest("evaluate", reference, [&](const Record& record) { return same_ground(record, *verdict.record); });
  if (!other.record) {
    verdict.reason = "the reference was not judged by the same task and data: " + other.why;
    verdict.hint = evaluate_command(reference, release);
    return;
  }
  verdict.reference_record = std::move(other.record);
  const std::optional<double> before = value_of(*verdict.reference_record, verdict.check.name);
  const std::optional<double> after = value_of(*verdict.record, verdict.check.name);
  if (!before || !after) {
    verdict.reason = verdict.check.name + " is not in both records, or undefined";
    verdict.hint = "add " + verdict.check.name + " to the metrics of the task";
    return;
  }
  const bool lower_is_better = metric_direction(verdict.check.name) == Direction::lower_is_better;
  double loss = lower_is_better ? *after - *before : *before - *after;
  if (verdict.check.scale == DropScale::relative && loss != 0) {
    loss = *before == 0 ? std::copysign(std::numeric_limits<double>::max(), loss) : loss / std::abs(*before);
  }
  settle(verdict, loss);
  verdict.note = fmt::format("{} {:.6g} -> {:.6g}", verdict.check.name, *before, *after);
}

/// The file with its external data, where it has some.
double bytes_of(const Exhibit& model) {
  std::error_code error;
  const auto external = fs::file_size(external_data_path(model.path), error);
  return static_cast<double>(model.bytes) + (error ? 0.0 : static_cast<double>(external));
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
  judge_figure(verdict, bound_key(verdict.check.bound));
  const Json& metrics = verdict.record->metrics;
  if (verdict.outcome == Outcome::missing && metrics.contains("energy_reason") && verdict.check.name == "energy_j") {
    verdict.reason = "unavailable: " + metrics.at("energy_reason").get<std::string>();
  }
  if (verdict.outcome != Outcome::passed && verdict.hint.empty()) verdict.hint = bench_command(release);
  if (metrics.value("steady", true) == false) verdict.note = "the machine was unsteady when this was measured";
}

void judge_data(Verdict& verdict, Evidence& evidence) {
  const Check& check = verdict.check;
  const fs::path manifest = fs::is_directory(check.data_set) ? check.data_set / "manifest.json" : check.data_set;
  std::vector<std::pair<std::string, Exhibit>> inputs{{"data set", evidence.exhibit(manifest)}};
  if (!check.contract.empty()) inputs.emplace_back("contract", evidence.exhibit(check.contract));
  const std::string command =
      "iai validate " + check.data_set.string() + " --contract " + (check.contract.empty() ? std::string("CONTRACT.yaml") : check.contract.string());
  if (!take(verdict, evidence.newest("validate", inputs), command)) return;
  verdict.found_text = verdict.record->verdict;
  verdict.outcome = verdict.record->verdict == "passed" ? Outcome::passed : Outcome::failed;
  if (verdict.outcome == Outcome::passed) return;
  verdict.reason = fmt::format("record {} found it invalid", verdict.record->number);
  verdict.hint = command;
}

std::string step_command(const std::string& verb, const Release& release) {
  const std::string model = release.model.path.string();
  if (verb == "evaluate") return evaluate_command(release.model, release);
  if (verb == "bench") return bench_command(release);
  if (verb == "convert" || verb == "prune" || verb == "quantize") {
    return "iai " + verb + " " + (release.reference ? release.reference->path.string() : "SOURCE.onnx") + " -o " + model;
  }
  if (verb == "report") return "iai report " + model + " --kind annex-iv";
  return "iai " + verb + " --help";
}

void judge_record(Verdict& verdict, const Release& release, Evidence& evidence) {
  const std::string command = step_command(verdict.check.name, release);
  if (!take(verdict, evidence.in_lineage(verdict.check.name, release.model), command)) return;
  verdict.found_text = "recorded";
  verdict.outcome = Outcome::passed;
}

}  // namespace

std::string outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed: return "passed";
    case Outcome::failed: return "failed";
    case Outcome::missing: return "missing";
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
  }
  return verdict;
}

void apply_waivers(std::vector<Verdict>& verdicts, const std::vector<Waiver>& waivers, const std::string& today) {
  for (Verdict& verdict : verdicts) {
    if (verdict.outcome == Outcome::passed) continue;
    for (const Waiver& waiver : waivers) {
      if (waiver.check != verdict.check.id) continue;
      verdict.waiver = &waiver;
      // Days written as year, month, day have the order of their text.
      if (today <= waiver.expires) verdict.outcome = Outcome::waived;
      else verdict.reason += "; the waiver of " + waiver.name + " ended on " + waiver.expires;
    }
  }
}

}  // namespace iai
