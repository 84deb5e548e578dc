#include "evaluator/privacy/anonymity.hpp"

#include <set>

#include <fmt/format.h>

#include "evaluator/contract/violations.hpp"

namespace iai {

/// Rows with the same quasi-identifiers; memory for k rows and l values, however many there are.
struct AnonymityCheck::Group {
  std::vector<Key> first;
  std::set<Hash128> values;
  std::int64_t rows = 0;
};

void AnonymityCheck::start_file(const CheckedFile& file) {
  order_ = file.order;
  files_[order_] = file.name;
  columns_.clear();
  sensitive_ = rule_.sensitive.empty() ? std::nullopt : file.find(rule_.sensitive);
  for (const auto& name : rule_.quasi_identifiers) {
    const auto column = file.find(name);
    if (!column || (!rule_.sensitive.empty() && !sensitive_)) return columns_.clear();
    columns_.push_back(*column);
  }
}

void AnonymityCheck::row(const Row& row) {
  if (columns_.empty()) return;
  text_.clear();
  for (const auto column : columns_) {
    const Cell& cell = row.cells[column];
    if (cell.state == CellState::missing) {
      text_ += '-';
      continue;
    }
    text_ += fmt::format("{}:", cell.text.size());
    text_ += cell.text;
  }
  Key key;
  key.hash = hash128(text_);
  key.file = order_;
  key.row = row.number;
  key.line = row.line;
  key.byte = row.cells[columns_[0]].byte;
  if (sensitive_) key.sensitive = hash128(row.cells[*sensitive_].text);
  keys_.add(key);
}

void AnonymityCheck::end_table() {
  Group group;
  Hash128 hash;
  keys_.for_each([&](const Key& key) {
    if (group.rows > 0 && key.hash != hash) {
      judge(group);
      group = {};
    }
    hash = key.hash;
    if (++group.rows <= rule_.k) group.first.push_back(key);
    if (rule_.sensitive.empty() || static_cast<std::int64_t>(group.values.size()) >= rule_.l) return;
    group.values.insert(key.sensitive);
  });
  if (group.rows > 0) judge(group);
}

void AnonymityCheck::judge(const Group& group) {
  if (rule_.k_head && group.rows < rule_.k)
    for (const auto& key : group.first)
      report(*rule_.k_head, key,
             fmt::format("{} with these values; {} are asked for", group.rows == 1 ? "this is the only row" : fmt::format("there are {} rows", group.rows),
                         rule_.k));
  if (rule_.l_head && static_cast<std::int64_t>(group.values.size()) < rule_.l)
    report(*rule_.l_head, group.first[0],
           fmt::format("the {} with these values {} different {} of {}; {} are asked for", group.rows == 1 ? "row" : fmt::format("{} rows", group.rows),
                       fmt::format("{} {}", group.rows == 1 ? "holds" : "hold", group.values.size()), group.values.size() == 1 ? "value" : "values",
                       rule_.sensitive, rule_.l));
}

void AnonymityCheck::report(const RuleHead& head, const Key& key, std::string message) {
  Violation violation;
  violation.file = files_.at(key.file);
  violation.order = key.file;
  violation.column = column_names();
  violation.row = key.row;
  violation.line = key.line;
  violation.byte = key.byte;
  violation.message = violation.discreet = std::move(message);
  log_.report(head, std::move(violation));
}

std::string AnonymityCheck::column_names() const {
  std::string names;
  for (const auto& name : rule_.quasi_identifiers) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace iai
