#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "file_name" of a table, {pattern, columns}: the name of each file (without its folders) matches the regular expression,
/// and what its groups in parentheses catch is what the columns hold in every row, the first group for the first column.
std::unique_ptr<RuleFamily> parse_file_name(const Yaml& node, FamilyPlace& place);

}  // namespace iai
