#include "commands/judge_drop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "commands/judge_figure.hpp"
#include "evaluator/task/metric_names.hpp"

namespace iai {

namespace {

/// Were both judged by the same task over the same data?
bool same_ground(const Record& a, const Record& b) {
  const auto ground = [](const Record& record) {
    std::vector<std::pair<std::string, std::string>> inputs;
    for (const Artefact& input : record.inputs) {
      if (input.role != "model") inputs.emplace_back(input.role, input.sha256);
    }
    return inputs;
  };
  const auto threshold = [](const Record& record) {
    return std::pair(record.options.value("threshold_from", std::string()), record.options.value("threshold_for", std::string()));
  };
  return ground(a) == ground(b) && threshold(a) == threshold(b);
}

std::optional<double> value_of(const Record& record, const std::string& metric) {
  if (!record.metrics.contains(metric)) return std::nullopt;
  const Json& figure = record.metrics.at(metric);
  const Json& value = figure.is_object() && figure.contains("value") ? figure.at("value") : figure;
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

/// A loss as the check's scale wants it: in the metric's unit, or over the reference's figure.
double scaled_loss(const Check& check, double loss, double reference) {
  if (check.scale == DropScale::absolute || loss == 0) return loss;
  return reference == 0 ? std::copysign(std::numeric_limits<double>::max(), loss) : loss / std::abs(reference);
}

double loss_of(const Check& check, double difference) { return metric_direction(check.name) == Direction::lower_is_better ? difference : -difference; }

void judge_two_evaluations(Verdict& verdict, const Release& release, Evidence& evidence) {
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
  settle(verdict, scaled_loss(verdict.check, loss_of(verdict.check, *after - *before), *before));
  verdict.note = fmt::format("{} {:.6g} -> {:.6g}", verdict.check.name, *before, *after);
}

/// A drop judged by its interval needs both models' answers to the same samples, which only compare has seen together.
void judge_paired_drop(Verdict& verdict, const Release& release, Evidence& evidence) {
  const Exhibit& reference = reference_of(verdict.check, release);
  const std::string command = compare_command(reference, release);
  FoundRecord finding = evidence.newest_about("compare", {{"model", release.model}, {"reference", reference}}, [&](const Record& record) -> std::string {
    if (fits_task(record, release)) return {};
    return fmt::format("record {} compared by another task or split", record.number);
  });
  if (!take(verdict, std::move(finding), command)) return;
  const std::string name = verdict.check.name + "_difference";
  const std::optional<double> before = value_of(*verdict.record, verdict.check.name + "_reference"), difference = value_of(*verdict.record, name);
  if (!before || !difference) {
    verdict.reason = fmt::format("{} is not in record {}, or undefined", name, verdict.record->number);
    verdict.hint = "add " + verdict.check.name + " to the metrics of the task, then " + command;
    return;
  }
  const Json& figure = verdict.record->metrics.at(name);
  Estimate loss{scaled_loss(verdict.check, loss_of(verdict.check, *difference), *before), {}, {}};
  std::vector<double> ends;
  for (const char* key : {"low", "high"}) {
    if (figure.is_object() && figure.contains(key) && figure.at(key).is_number()) {
      ends.push_back(scaled_loss(verdict.check, loss_of(verdict.check, figure.at(key).get<double>()), *before));
    }
  }
  if (ends.size() < 2) {
    verdict.reason = fmt::format("{} has no interval in record {}", name, verdict.record->number);
    verdict.hint = command;
    return;
  }
  loss.low = std::min(ends[0], ends[1]);
  loss.high = std::max(ends[0], ends[1]);
  settle(verdict, loss);
  verdict.note = fmt::format("{} {:.6g} -> {:.6g}", verdict.check.name, *before, *before + *difference);
}

}  // namespace

bool take(Verdict& verdict, FoundRecord finding, const std::string& hint) {
  verdict.record = std::move(finding.record);
  if (verdict.record) return true;
  verdict.reason = std::move(finding.why);
  verdict.hint = hint;
  return false;
}

void judge_drop(Verdict& verdict, const Release& release, Evidence& evidence) {
  if (verdict.check.bound == Bound::value) judge_two_evaluations(verdict, release, evidence);
  else judge_paired_drop(verdict, release, evidence);
}

}  // namespace iai
