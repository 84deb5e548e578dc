#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "formats/model.hpp"

namespace iai {

/// Inputs of the main graph that pick rows of a table (Gather, GatherElements, OneHot), perhaps through operators that only move or
/// convert values -> how many rows there are to pick from, of several tables the least. Inputs that pick nothing, or from tables of
/// unknown size, are not in it.
std::map<std::string, std::int64_t> index_bounds(const Model& model);

}  // namespace iai
