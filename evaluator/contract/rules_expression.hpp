#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "expressions" of a table: a list of {expression, id, severity}, each a condition over the columns of one row
/// (evaluator/contract/expression.hpp) that has to hold in every row where it is known.
std::unique_ptr<RuleFamily> parse_expressions(const Yaml& node, FamilyPlace& place);

}  // namespace iai
