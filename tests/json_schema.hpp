#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace iai {

/// Checks `value` against a JSON Schema (draft 2020-12) and returns the first fault with its place, or "" when it fits.
/// Knows the keywords that schemas/ uses: type, properties, required, additionalProperties, items, enum, const, pattern,
/// minimum, maximum, minItems, anyOf, $ref (within the document), $defs. A keyword it does not know is itself a fault,
/// so that no rule is skipped in silence.
std::string schema_fault(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace iai
