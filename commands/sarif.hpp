#pragma once

#include <string>

#include "formats/json.hpp"

namespace iai {

// What every SARIF 2.1.0 document of iai has in common.

/// A file's name as a URI reference: what RFC 3986 reserves or does not know is percent-encoded, '/' stays.
std::string sarif_uri(const std::string& name);

/// A reportingDescriptor with what GitHub's code scanning demands of one. @param level  "error", "warning" or "note"
/// @param meaning  what the rule demands; empty: the id says it  @param help  where more is said
OrderedJson sarif_rule(const std::string& id, const std::string& level, const std::string& meaning, const std::string& help);

/// The member "tool" of a run. @param rules  array of reportingDescriptor objects
OrderedJson sarif_tool(OrderedJson rules);

/// The document of one run, told apart from those of other verbs by `verb`: text that ends in a line feed; bytes that are no UTF-8 become U+FFFD.
std::string sarif_document(const std::string& verb, OrderedJson run);

}  // namespace iai
