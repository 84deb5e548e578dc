#include "evaluator/contract/rules_expression.hpp"
#include "evaluator/contract/rules_file_name.hpp"
#include "evaluator/contract/rules_reference.hpp"
#include "evaluator/drift/rules_drift.hpp"
#include "evaluator/learning/rules_learning.hpp"
#include "evaluator/privacy/rules_privacy.hpp"
#include "evaluator/series/rules_local_time.hpp"
#include "evaluator/series/rules_series.hpp"

namespace iai {

std::span<const FamilyParser> rule_families() {
  static constexpr FamilyParser families[] = {
      {"expressions", parse_expressions}, {"file_name", parse_file_name}, {"references", parse_references}, {"learning", parse_learning},
      {"local_times", parse_local_times}, {"privacy", parse_privacy},     {"series", parse_series},         {"drift", parse_drift},
  };
  return families;
}

}  // namespace iai
