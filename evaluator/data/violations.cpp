#include "evaluator/data/violations.hpp"

#include <algorithm>
#include <tuple>

namespace iai {

void ViolationLog::report(const RuleHead& rule, Violation place) {
  ++counts_[rule.id].cells;
  ++(rule.severity == Severity::error ? errors_ : warnings_);
  place.rule = rule.id;
  place.severity = rule.severity;
  if (place.last_row < place.row) place.last_row = place.row;
  if (place.last_line < place.line) place.last_line = place.line;
  if (place.row == 0) return close(std::move(place));
  const auto [run, added] = open_.try_emplace(rule.id + '\n' + place.column);
  if (!added && run->second.last_row + 1 == place.row && run->second.file == place.file && rule.joining != Joining::never &&
      (rule.joining == Joining::always || run->second.message == place.message)) {
    run->second.last_row = place.last_row;
    run->second.last_line = place.last_line;
    return;
  }
  if (!added) close(std::move(run->second));
  run->second = std::move(place);
}

void ViolationLog::end_file() {
  for (auto& [key, run] : open_) close(std::move(run));
  open_.clear();
}

void ViolationLog::close(Violation&& run) {
  ++places_;
  ++counts_[run.rule].places;
  if (kept_.size() < most_kept_) kept_.push_back(std::move(run));
}

std::vector<Violation> ViolationLog::sorted() const {
  auto all = kept_;
  const auto key = [](const Violation& v) { return std::tie(v.order, v.row, v.rule, v.column); };
  std::stable_sort(all.begin(), all.end(), [&](const Violation& a, const Violation& b) { return key(a) < key(b); });
  return all;
}

}  // namespace iai
