#pragma once

#include <filesystem>

#include "formats/delimited.hpp"
#include "formats/yaml.hpp"

namespace iai {

/// Parts of a dialect that a person wrote down: a file for --dialect, or the map 'dialect' of a table in a contract
/// (man 5 iai-dialect). @throws Error(usage) "dialect.yaml:3:1: ..." when it is none.
GivenDialect parse_dialect(const Yaml& root);
/// @throws Error(input) when the file cannot be read, Error(usage) as parse_dialect.
GivenDialect read_dialect(const std::filesystem::path& path);
/// Is nothing stated?
bool is_empty(const GivenDialect& given);
/// What `first` states, and what `second` states besides.
GivenDialect joined(GivenDialect first, const GivenDialect& second);

}  // namespace iai
