#include "commands/judge_figure.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace iai {

namespace {

/// Differences and ratios of recorded figures carry the rounding of the calculation; a limit that is met but for that
/// is met.
constexpr double rounding = 1e-9;

bool holds(const Check& check, double found) {
  const bool derived = check.kind == CheckKind::drop || check.kind == CheckKind::size_ratio || check.kind == CheckKind::figure_ratio;
  const double slack = derived ? rounding * std::max(1.0, std::abs(check.limit)) : 0;
  return check.relation == Relation::at_least ? found >= check.limit - slack : found <= check.limit + slack;
}

std::string against(const Check& check, double found) {
  return fmt::format("{:.6g} is {} {:.6g}", found, found > check.limit ? "above" : "below", check.limit);
}

const char* bound_key(Bound bound) { return bound == Bound::low ? "low" : bound == Bound::high ? "high" : "value"; }

std::optional<double> number_at(const Json& figure, const char* key) {
  if (!figure.is_object() || !figure.contains(key) || !figure.at(key).is_number()) return std::nullopt;
  return figure.at(key).get<double>();
}

/// "energy_reason" explains why there is no "energy_j".
std::string recorded_reason(const Record& record, std::string name) {
  for (;;) {
    const std::string key = name + "_reason";
    if (record.metrics.contains(key) && record.metrics.at(key).is_string()) return "unavailable: " + record.metrics.at(key).get<std::string>();
    const std::size_t cut = name.rfind('_');
    if (cut == name.npos) return {};
    name.resize(cut);
  }
}

void not_there(Verdict& verdict, const std::string& name) {
  const Record& record = *verdict.record;
  verdict.reason = recorded_reason(record, name);
  if (verdict.reason.empty()) verdict.reason = fmt::format("record {} has no {}; it has {}", record.number, name, figure_names(record));
}

/// Judges one figure into `verdict`; missing where the end that is judged is not there.
void judge_estimate(Verdict& verdict, const Json& value, const Json& figure, const std::string& name) {
  const Check& check = verdict.check;
  if (!value.is_number()) {
    const char* of = check.bound == Bound::value || check.bound == Bound::interval ? "value" : bound_key(check.bound);
    verdict.reason = value.is_string() ? fmt::format("{} is '{}' in record {}, no number", name, value.get<std::string>(), verdict.record->number)
                                       : fmt::format("{} of {} is undefined in record {}", of, name, verdict.record->number);
    if (const std::string why = recorded_reason(*verdict.record, name); !why.empty()) verdict.reason = why;
    return;
  }
  const Estimate estimate{value.get<double>(), number_at(figure, "low"), number_at(figure, "high")};
  const bool has_ends = figure.is_object() && figure.contains("low") && figure.contains("high");
  if (check.bound != Bound::value && !has_ends) {
    verdict.reason = fmt::format("{} has no interval, so no '{}' to judge", name, check.bound == Bound::interval ? "interval" : bound_key(check.bound));
  } else if ((check.bound == Bound::low && !estimate.low) || (check.bound == Bound::high && !estimate.high)) {
    verdict.reason = fmt::format("{} of {} is undefined in record {}", bound_key(check.bound), name, verdict.record->number);
  } else if (check.bound == Bound::interval && (!estimate.low || !estimate.high)) {
    verdict.reason = fmt::format("the interval of {} is undefined in record {}", name, verdict.record->number);
  } else {
    settle(verdict, estimate);
  }
}

/// How bad, for finding the worst of several: first the outcome, then how far it lies on the wrong side.
std::pair<int, double> badness(const Verdict& verdict) {
  const int rank = verdict.outcome == Outcome::missing ? 3 : verdict.outcome == Outcome::failed ? 2 : verdict.outcome == Outcome::undecided ? 1 : 0;
  const double found = verdict.found.value_or(0);
  return {rank, verdict.check.relation == Relation::at_least ? -found : found};
}

bool equals(const Json& value, const std::string& word) {
  if (value.is_string()) return value.get<std::string>() == word;
  if (!value.is_number()) return value.dump() == word;
  double number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  return error == std::errc() && stop == end && number == value.get<double>();
}

void judge_word(Verdict& verdict, const Json& value, const std::string& name) {
  const std::vector<std::string>& allowed = verdict.check.allowed;
  if (value.is_null()) {
    verdict.reason = fmt::format("{} is undefined in record {}", name, verdict.record->number);
    return;
  }
  verdict.found_text = value.is_string() ? value.get<std::string>() : value.dump();
  const bool good = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& word) { return equals(value, word); });
  verdict.outcome = good ? Outcome::passed : Outcome::failed;
  if (!good) verdict.reason = fmt::format("'{}' is not {}", verdict.found_text, fmt::join(allowed, " or "));
}

std::string left_out_note(const std::vector<std::string>& left_out, double fewest) {
  if (left_out.empty()) return {};
  return fmt::format("not judged, fewer than {:.6g} cases: {}", fewest, fmt::join(left_out, "; "));
}

}  // namespace

void settle(Verdict& verdict, double found) {
  verdict.found = found;
  verdict.outcome = holds(verdict.check, found) ? Outcome::passed : Outcome::failed;
  if (verdict.outcome == Outcome::failed) verdict.reason = against(verdict.check, found);
}

void settle(Verdict& verdict, const Estimate& found) {
  const Check& check = verdict.check;
  if (check.bound != Bound::interval) {
    const double judged = check.bound == Bound::low ? found.low.value() : check.bound == Bound::high ? found.high.value() : found.value;
    settle(verdict, judged);
    if (verdict.outcome == Outcome::failed && check.bound != Bound::value) {
      verdict.reason = fmt::format("the {} end of the interval, {}", bound_key(check.bound), verdict.reason);
    }
    return;
  }
  const bool low_holds = holds(check, found.low.value()), high_holds = holds(check, found.high.value());
  verdict.found = found.value;
  verdict.outcome = low_holds && high_holds ? Outcome::passed : low_holds || high_holds ? Outcome::undecided : Outcome::failed;
  const std::string ends = fmt::format("{:.6g} (95 %: {:.6g} to {:.6g})", found.value, *found.low, *found.high);
  if (verdict.outcome == Outcome::undecided) verdict.reason = fmt::format("the interval of {} holds the limit {:.6g}", ends, check.limit);
  if (verdict.outcome == Outcome::failed)
    verdict.reason = fmt::format("all of {} is {} {:.6g}", ends, found.value > check.limit ? "above" : "below", check.limit);
}

void judge_recorded(Verdict& verdict, const std::string& name, const std::string& key) {
  const Json& metrics = verdict.record->metrics;
  if (!metrics.contains(name)) return not_there(verdict, name);
  const Json figure = plain_figure(metrics.at(name));
  if (!key.empty()) {
    if (const std::optional<double> count = number_at(figure, key.c_str())) settle(verdict, *count);
    else verdict.reason = fmt::format("{} of {} is undefined in record {}", key, name, verdict.record->number);
    return;
  }
  const Json value = figure.is_object() ? figure.value("value", Json()) : figure;
  judge_estimate(verdict, value, figure, name);
}

void judge_place(Verdict& verdict) {
  const Check& check = verdict.check;
  const std::vector<FoundFigure> figures = figures_at(check.place, *verdict.record);
  if (figures.empty()) return not_there(verdict, check.place.text);
  std::optional<Verdict> worst;
  std::vector<std::string> left_out;
  for (const FoundFigure& found : figures) {
    if (const auto n = number_at(found.figure, "n"); check.fewest && (!n || *n < *check.fewest)) {
      left_out.push_back(found.label.empty() ? check.name : found.label);
      continue;
    }
    Verdict one = verdict;
    const std::string name = found.label.empty() ? check.name : check.name + " of " + found.label;
    if (check.relation == Relation::one_of) judge_word(one, found.value, name);
    else judge_estimate(one, found.value, found.figure, name);
    if (figures.size() > 1 && one.outcome != Outcome::missing) {
      if (one.reason.empty()) one.note = "worst: " + found.label;
      else one.reason = found.label + ": " + one.reason;
    }
    if (!worst || badness(*worst) < badness(one)) worst = std::move(one);
  }
  const std::string note = left_out_note(left_out, check.fewest.value_or(0));
  if (worst) {
    verdict = std::move(*worst);
    verdict.note += (verdict.note.empty() || note.empty() ? "" : "; ") + note;
  } else {
    verdict.reason = fmt::format("nothing in record {} rests on {:.6g} cases: {}", verdict.record->number, *check.fewest, fmt::join(left_out, "; "));
  }
}

}  // namespace iai
