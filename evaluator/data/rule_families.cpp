#include "evaluator/data/rules_expression.hpp"

namespace iai {

std::span<const FamilyParser> rule_families() {
  static constexpr FamilyParser families[] = {
      {"expressions", parse_expressions},
  };
  return families;
}

}  // namespace iai
