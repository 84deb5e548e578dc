#include "commands/quantize_returns.hpp"

#include <algorithm>
#include <map>
#include <span>

namespace iai {

namespace {

enum class Form { int8, int16 };

class ReturnSearch {
 public:
  ReturnSearch(const std::vector<std::string>& ranked, Between between, const JudgeReturned& judge)
      : ranked_(ranked), wide_rungs_(between == Between::int16 ? ranked.size() : 0), judge_(judge) {}

  ReturnOutcome run() {
    climb();
    take_back();
    outcome_.holds = outcome_.returned.to_float.size() < ranked_.size();
    if (!outcome_.holds) outcome_.returned = {};
    return outcome_;
  }

 private:
  const std::vector<std::string>& ranked_;  // worst first
  const std::size_t wide_rungs_;
  const JudgeReturned& judge_;
  std::map<Returned, bool> judged_;
  ReturnOutcome outcome_;

  std::optional<bool> holds(const Returned& returned) {
    if (outcome_.cut) return std::nullopt;
    if (const auto known = judged_.find(returned); known != judged_.end()) return known->second;
    const std::optional<bool> said = judge_(returned);
    if (said) judged_.emplace(returned, *said);
    else outcome_.cut = true;
    return said;
  }

  /// With all in float: there the limit holds, for nothing.
  std::size_t top() const { return wide_rungs_ + ranked_.size(); }

  /// Rung 0 returns nothing, each one more than the one before.
  Returned rung(std::size_t k) const {
    const std::size_t floats = k > wide_rungs_ ? k - wide_rungs_ : 0, wide = std::min(k, wide_rungs_);
    Returned returned;
    for (std::size_t i = 0; i < std::max(floats, wide); ++i) (i < floats ? returned.to_float : returned.to_int16).insert(ranked_[i]);
    return returned;
  }

  void climb() {
    judged_.emplace(Returned(), false);
    judged_.emplace(rung(top()), true);
    std::size_t missed = 0, met = top();
    for (std::size_t next = 1; next < met; next *= 2) {
      if (holds(rung(next)).value_or(false)) met = next;
      else missed = next;
    }
    while (met - missed > 1 && !outcome_.cut) {
      const std::size_t middle = missed + (met - missed) / 2;
      (holds(rung(middle)).value_or(false) ? met : missed) = middle;
    }
    outcome_.returned = rung(met);
  }

  /// The least harmful first.
  std::vector<std::string> names_in(const std::set<std::string>& names) const {
    std::vector<std::string> list;
    std::copy_if(ranked_.rbegin(), ranked_.rend(), std::back_inserter(list), [&](const std::string& name) { return names.contains(name); });
    return list;
  }

  void take_back() {
    const std::vector<std::string> wide = names_in(outcome_.returned.to_int16), floats = names_in(outcome_.returned.to_float);
    take_back(floats, Form::int8);
    if (wide_rungs_ > 0) take_back(names_in(outcome_.returned.to_float), Form::int16);
    take_back(wide, Form::int8);
  }

  void take_back(std::span<const std::string> names, Form form) {
    if (names.empty() || outcome_.cut) return;
    Returned fewer = outcome_.returned;
    for (const std::string& name : names) {
      fewer.to_float.erase(name);
      fewer.to_int16.erase(name);
      if (form == Form::int16) fewer.to_int16.insert(name);
    }
    if (holds(fewer).value_or(false)) {
      outcome_.returned = std::move(fewer);
    } else if (names.size() > 1) {
      take_back(names.first(names.size() / 2), form);
      take_back(names.subspan(names.size() / 2), form);
    }
  }
};

}  // namespace

ReturnOutcome search_returned(const std::vector<std::string>& ranked, Between between, const JudgeReturned& judge) {
  return ReturnSearch(ranked, between, judge).run();
}

}  // namespace iai
