#pragma once

#include <cstdint>
#include <vector>

#include "evaluator/task/task.hpp"
#include "formats/yaml.hpp"

namespace iai {

// Keys of a task about the rows of its data. Each fails at the node that is wrong.

/// `where`: column -> value, values, or minimum and maximum.
std::vector<RowCondition> read_conditions(const Yaml& node);
/// `valid`: column -> [smallest, largest].
std::vector<ValidRange> read_ranges(const Yaml& node);
/// `windows`; keys that are absent are those of `from`.
WindowSource read_windows(const Yaml& node, WindowSource from);
/// A whole number of at least 1.
std::int64_t read_count(const Yaml& node);

}  // namespace iai
