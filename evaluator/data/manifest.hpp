#pragma once

#include <string>

#include "evaluator/data/data_set.hpp"

namespace iai {

/// Files and root digest from a manifest's JSON; `name` is used in errors. @throws Error(input) when it is damaged.
DataSet parse_manifest(const Json& json, const std::string& name);

}  // namespace iai
