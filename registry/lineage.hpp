#pragma once

#include <vector>

#include "registry/registry.hpp"

namespace iai {

enum class LineageDirection { up, down, both };

/// `start` and the steps connected with them, oldest first: up, those that made their inputs; down, those that read their
/// outputs. Each record once. A record of the same bytes made twice leads up to the newest maker that was there.
std::vector<Record> trace_lineage(const Registry& registry, const std::vector<Record>& start, LineageDirection direction);

}  // namespace iai
