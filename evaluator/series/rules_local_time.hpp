#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "local_times" of a table: a list of {column, zone, twice, id, severity}: the column holds what clocks show in that zone, so
/// times that were skipped as they went forward are wrong, and those of the hour that came twice cannot be told apart.
std::unique_ptr<RuleFamily> parse_local_times(const Yaml& node, FamilyPlace& place);

}  // namespace iai
