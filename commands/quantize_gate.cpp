#include "commands/quantize_gate.hpp"

#include <fmt/format.h>

namespace iai {

namespace {

std::string described(const Returned& returned) {
  std::string text;
  if (!returned.to_int16.empty()) text = fmt::format("{} in int16", returned.to_int16.size());
  if (!returned.to_float.empty()) text += fmt::format("{}{} in float", text.empty() ? "" : ", ", returned.to_float.size());
  return text;
}

class Gate {
 public:
  Gate(const GatedModels& models, const Task& task, const DropLimit& limit, Output& output) : models_(models), task_(task), limit_(limit), output_(output) {}

  GateResult run() {
    GateResult first = judge_choice(models_, task_, limit_, {});
    if (first.holds) return first;
    output_.note(fmt::format("{} drops by {:.4g} ({:.3g} %), over the limit: looking for operators to return", task_.primary, first.drop.absolute,
                             first.drop.relative * 100));
    least_ = first.drop;
    const std::vector<std::string> ranked = models_.ranked();
    const ReturnOutcome outcome = search_returned(ranked, models_.between, [&](const Returned& returned) -> std::optional<bool> {
      if (models_.is_time_up()) return std::nullopt;
      return holds(returned);
    });
    const Returned& chosen = outcome.holds ? outcome.returned : best_missed_;
    GateResult result = chosen.empty() ? std::move(first) : judge_choice(models_, task_, limit_, chosen);
    result.tries = tries_;
    result.cut = outcome.cut;
    if (!result.holds) result.in_the_way = in_the_way(result, ranked);
    return result;
  }

 private:
  const GatedModels& models_;
  const Task& task_;
  const DropLimit& limit_;
  Output& output_;
  std::int64_t tries_ = 1;
  Drop least_;
  Returned best_missed_;

  bool holds(const Returned& returned) {
    const Drop drop = primary_drop(task_, models_.before.metric(task_.primary).value, models_.metric(returned));
    ++tries_;
    const bool held = limit_.holds(drop);
    output_.detail(fmt::format("{}: {} drops by {:.4g} ({:.3g} %), {} the limit", described(returned), task_.primary, drop.absolute, drop.relative * 100,
                               held ? "within" : "over"));
    if (drop.absolute < least_.absolute) {
      least_ = drop;
      best_missed_ = returned;
    }
    return held;
  }

  std::string in_the_way(const GateResult& result, const std::vector<std::string>& ranked) const {
    if (result.cut) return fmt::format("the budget ended the search; models tried: {}", tries_);
    if (ranked.empty()) return "without calibration inputs no operator can be told from another";
    std::string text = ranked.size() == 1 ? fmt::format("'{}' is the only operator that could be returned", ranked.front())
                                          : fmt::format("each of {} operators is too much, also when all others are in float", ranked.size());
    const Metric& difference = result.difference;
    if (difference.undefined.empty() && difference.low <= 0 && difference.high >= 0) {
      text += fmt::format("; the difference of {} ({:.4g}, 95 % interval {:.4g} to {:.4g}) can be chance: {} answers tell no finer", task_.primary,
                          difference.value, difference.low, difference.high, difference.n);
    }
    return text;
  }
};

}  // namespace

GateResult judge_choice(const GatedModels& models, const Task& task, const DropLimit& limit, const Returned& returned) {
  const Evaluation after = models.judge(returned);
  GateResult result;
  result.before = models.before.metric(task.primary);
  result.after = after.metric(task.primary);
  result.difference = metric_difference(task, task.primary, models.before, after, models.threads);
  result.drop = primary_drop(task, models.before, after);
  result.holds = limit.holds(result.drop);
  result.returned = returned;
  return result;
}

GateResult run_gate(const GatedModels& models, const Task& task, const DropLimit& limit, Output& output) { return Gate(models, task, limit, output).run(); }

}  // namespace iai
