#include "evaluator/contract/rule_family.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "formats/spelling.hpp"

namespace iai {

Severity parse_severity(const Yaml& node) {
  const auto word = node.text();
  if (word == "error") return Severity::error;
  if (word == "warning") return Severity::warning;
  if (word == "allow") return Severity::allow;
  node.fail("'" + word + "' is no severity", "error, warning or allow");
}

RuleHead RuleHeads::head(const std::string& id, const Yaml* node, Severity severity, std::vector<std::string> columns) {
  RuleHead rule{prefix_ + id, severity, std::move(columns)};
  const Yaml* given = nullptr;
  if (node != nullptr && node->is_map()) {
    given = node->find("id");
    rule.id = node->text_or("id", rule.id);
    if (const auto* word = node->find("severity")) rule.severity = parse_severity(*word);
  }
  const auto wanted = rule.id;
  for (int n = 2; !ids_.insert(rule.id).second; ++n) {
    if (given != nullptr) given->fail("the id '" + wanted + "' is taken", "give each rule its own id");
    rule.id = fmt::format("{}-{}", wanted, n);
  }
  return rule;
}

std::string FamilyPlace::known_column(const Yaml& node) const {
  auto name = node.text();
  if (std::find(columns.begin(), columns.end(), name) == columns.end())
    node.fail("the table has no column '" + name + "'", did_you_mean(name, columns, "list it under columns"));
  return name;
}

std::vector<std::string> FamilyPlace::known_columns(const Yaml& node) const {
  auto names = node.texts();
  if (names.empty()) node.fail("no column", "name one or more columns");
  for (const auto& name : names)
    if (std::find(columns.begin(), columns.end(), name) == columns.end())
      node.fail("the table has no column '" + name + "'", did_you_mean(name, columns, "list it under columns"));
  return names;
}

std::optional<std::size_t> CheckedFile::find(std::string_view column) const {
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].name == column) return c;
  return std::nullopt;
}

}  // namespace iai
