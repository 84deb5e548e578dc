#include <fmt/format.h>

#include "commands/junit.hpp"
#include "commands/validate_outputs.hpp"

namespace iai {

const char* severity_name(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

std::string validation_junit(const Contract& contract, const Validation& validation) {
  const std::string suite = contract.name.empty() ? "contract" : contract.name;
  const auto kept = validation.log.sorted();
  std::vector<JUnitCase> cases;
  for (const RuleHead* rule : contract.all_rules()) {
    if (rule->severity == Severity::allow) continue;
    JUnitCase one{suite, rule->id, JUnitOutcome::passed, "", ""};
    const auto count = validation.log.counts().find(rule->id);
    if (count != validation.log.counts().end()) {
      one.outcome = rule->severity == Severity::error ? JUnitOutcome::failed : JUnitOutcome::skipped;
      one.message =
          fmt::format("{}{} violations at {} places", rule->severity == Severity::error ? "" : "warning: ", count->second.cells, count->second.places);
      for (const auto& violation : kept)
        if (violation.rule == rule->id)
          one.text +=
              fmt::format("{}{}{}: {}\n", violation.file, violation.line > 0 ? fmt::format(":{}", violation.line) : "",
                          violation.last_row > violation.row ? fmt::format(" (rows {} to {})", violation.row, violation.last_row) : "", violation.message);
    }
    cases.push_back(std::move(one));
  }
  return junit_xml("iai validate", cases);
}

}  // namespace iai
