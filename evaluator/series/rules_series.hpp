#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "series" of a table, a map or a list of maps: what sensors and clocks do when they lie (signal_faults.hpp). A series is
/// a file, or a part of one in which the columns `by` do not change. Each kind of fault is a rule, "series/stuck" and so on.
std::unique_ptr<RuleFamily> parse_series(const Yaml& node, FamilyPlace& place);

}  // namespace iai
