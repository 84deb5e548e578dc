#pragma once

#include <filesystem>
#include <vector>

#include "evaluator/task/task.hpp"
#include "formats/yaml.hpp"

namespace iai {

/// Sets offset and divisor of the features that are no categories. The table has a column of names in front and either
/// `mean` and `deviation` (or `std`), or `minimum` and `maximum` (or `min`, `max`); every feature needs a row.
/// @throws Error(input) naming the file when it says less, or a divisor is 0 or not a number.
void apply_scaling(const std::filesystem::path& table, std::vector<Feature>& features);
/// The same from a task file: {COLUMN: {mean: 1, deviation: 2}, COLUMN: {minimum: 0, maximum: 1}}; columns that are not
/// named stay as they are.
void apply_scaling(const Yaml& node, std::vector<Feature>& features);

}  // namespace iai
