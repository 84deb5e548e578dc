#include "evaluator/contract/violations.hpp"

#include <algorithm>
#include <tuple>

#include "evaluator/contract/masking.hpp"
#include "formats/delimited_source.hpp"

namespace iai {

Violation violation_at(const CheckedFile& file, const std::string& column, const Row& row, std::uint64_t byte, std::string_view cell) {
  Violation violation;
  violation.file = file.name;
  violation.order = file.order;
  violation.column = column;
  violation.row = violation.last_row = row.number;
  violation.line = violation.last_line = row.line;
  violation.byte = byte;
  violation.value = std::string(first_bytes(cell, 200));
  return violation;
}

bool ViolationLog::is_accepted(const RuleHead& rule, const Violation& place) {
  // A number that a finding about a whole file carries is a count that moves with every row.
  const bool count = place.row == 0 && place.value.find_first_not_of("0123456789") == std::string::npos;
  const FindingKey finding{rule.id, place.file, place.column, count ? std::string_view() : std::string_view(place.value)};
  if (found_ != nullptr) found_->add(finding);
  return known_ != nullptr && known_->take(finding);
}

void ViolationLog::report(const RuleHead& rule, Violation place) {
  columns_.try_emplace(rule.id, rule.columns);
  if ((known_ != nullptr || found_ != nullptr) && is_accepted(rule, place)) {
    ++accepted_;
    return;
  }
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
  for (auto& place : all) mask(place);
  const auto key = [](const Violation& v) { return std::tie(v.order, v.row, v.rule, v.column); };
  std::stable_sort(all.begin(), all.end(), [&](const Violation& a, const Violation& b) { return key(a) < key(b); });
  return all;
}

bool ViolationLog::hides(const std::string& rule, const std::string& column) const {
  if (hidden_.empty()) return false;
  if (hidden_.contains(column)) return true;
  const auto known = columns_.find(rule);
  const auto& columns = known == columns_.end() ? std::vector<std::string>() : known->second;
  // What is about a row as a whole may show any of its cells.
  if (columns.empty()) return column.empty();
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& name) { return hidden_.contains(name); });
}

void ViolationLog::mask(Violation& place) const {
  if (!hides(place.rule, place.column)) return;
  place.value = masked(place.value);
  place.message = place.discreet.empty() ? "breaks the rule; the column is personal, so no value is shown" : place.discreet;
}

void ViolationLog::hide_in_baseline() {
  if (found_ != nullptr) found_->forget_values([&](const std::string& rule, const std::string& column) { return hides(rule, column); });
}

}  // namespace iai
