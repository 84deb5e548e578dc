#pragma once

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Key "privacy" of a table: error or warning for all that identifies persons, or a map (or a list of maps) of
/// {identifiers, columns, hashed_values, quasi_identifiers, k, sensitive, l, id, severity}. Each kind of identifier is a rule:
/// privacy/iban, privacy/email ... privacy/k-anonymity. Columns in which one is found count as personal from then on.
std::unique_ptr<RuleFamily> parse_privacy(const Yaml& node, FamilyPlace& place);

}  // namespace iai
