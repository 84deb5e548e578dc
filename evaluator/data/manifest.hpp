#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluator/data/data_set.hpp"

namespace iai {

/// Files and root digest from a manifest's JSON; `name` is used in errors. @throws Error(input) when it is damaged.
DataSet parse_manifest(const Json& json, const std::string& name);
/// The paths of sources.json in `folder`, ready to be opened; empty when there is none.
std::vector<std::filesystem::path> read_sources(const std::filesystem::path& folder);

}  // namespace iai
