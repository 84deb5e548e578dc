#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "references" of a table, a map or a list of {columns, to: {files, columns}}: every combination of values in `columns`
/// occurs in the columns of the files that match `to.files`, which may belong to any table of the contract (a foreign key).
/// Keys are sorted outside of memory (unique_keys.hpp). A row without a value in one of the columns refers to nothing.
std::unique_ptr<RuleFamily> parse_references(const Yaml& node, FamilyPlace& place);

}  // namespace iai
