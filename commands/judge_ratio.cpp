#include "commands/judge_ratio.hpp"

#include <fmt/format.h>

#include "commands/comparison.hpp"
#include "commands/judge_drop.hpp"
#include "commands/judge_figure.hpp"

namespace iai {

namespace {

/// The one number at the place, or why there is none in `why`.
std::optional<double> number_in(const Record& record, const Check& check, std::string& why) {
  const std::vector<FoundFigure> figures = figures_at(check.place, record);
  if (figures.empty()) why = fmt::format("record {} has no {}; it has {}", record.number, check.place.text, figure_names(record));
  else if (figures.size() > 1)
    why = fmt::format("{} names {} figures in record {}, of which no ratio can be taken", check.place.text, figures.size(), record.number);
  else if (!figures[0].value.is_number()) why = fmt::format("{} is no number in record {}", check.place.text, record.number);
  else return figures[0].value.get<double>();
  return std::nullopt;
}

/// Why two measurements cannot be set in a ratio; empty when they can.
std::string other_conditions(const Record& reference, const Record& model) {
  if (std::string why = other_machine(reference.machine, model.machine); !why.empty()) return "the reference was measured on another machine: " + why;
  for (const char* name : {"device", "threads", "batch", "inputs"}) {
    const Json before = reference.options.value(name, Json()), now = model.options.value(name, Json());
    if (before != now) return fmt::format("the reference was measured otherwise: {} was {}, is {}", name, before.dump(), now.dump());
  }
  return {};
}

FoundRecord newest_of(const Check& check, const Exhibit& model, const Release& release, Evidence& evidence) {
  return evidence.newest_about(check.step, {{"model", model}}, [&](const Record& record) -> std::string {
    return check.step != "evaluate" || fits_task(record, release) ? "" : fmt::format("record {} judged by another task or split", record.number);
  });
}

}  // namespace

void judge_ratio(Verdict& verdict, const Release& release, Evidence& evidence) {
  const Check& check = verdict.check;
  const Exhibit& reference = reference_of(check, release);
  if (!take(verdict, newest_of(check, release.model, release, evidence), figure_command(check, release))) return;
  FoundRecord other = newest_of(check, reference, release, evidence);
  if (!other.record) {
    verdict.reason = "of the reference: " + other.why;
    verdict.hint = reference.before + "iai " + check.step + " " + reference.path.string();
    return;
  }
  verdict.reference_record = std::move(other.record);
  if (is_measured(check.place.steps.back().key)) {
    verdict.reason = other_conditions(*verdict.reference_record, *verdict.record);
    if (!verdict.reason.empty()) return;
  }
  const std::optional<double> after = number_in(*verdict.record, check, verdict.reason);
  if (!after) return;
  const std::optional<double> before = number_in(*verdict.reference_record, check, verdict.reason);
  if (!before) return;
  if (*before <= 0) {
    verdict.reason = fmt::format("{} is {:.6g} in record {}, of which no ratio can be taken", check.name, *before, verdict.reference_record->number);
    return;
  }
  settle(verdict, *after / *before);
  verdict.note = fmt::format("{} {:.6g} -> {:.6g}", check.name, *before, *after);
}

}  // namespace iai
