#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "drift" of a table: a reference and how far from it the data may lie, told from the reference's profile alone. All figures
/// of all columns are one family of tests.
std::unique_ptr<RuleFamily> parse_drift(const Yaml& node, FamilyPlace& place);

}  // namespace iai
