#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace iai {

using Json = nlohmann::json;                 ///< sorted keys; records, manifests, profiles
using OrderedJson = nlohmann::ordered_json;  ///< keys in order of insertion; what --json prints

/// The number, or null for NaN and the infinities, which JSON has no word for.
Json finite_or_null(double value);
/// Canonical form: sorted by UTF-16 code units, shortest round-trip numbers as ECMAScript writes them, no blanks.
/// NaN and infinities are refused. @source RFC 8785
std::string canonical_json(const Json& value);
/// Strict: duplicate keys, depth over 256 and trailing text are errors that name `name`, line and column.
Json parse_json(std::string_view text, const std::string& name);
Json read_json(const std::filesystem::path& path);

}  // namespace iai
