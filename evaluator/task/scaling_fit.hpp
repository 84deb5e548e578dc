#pragma once

#include <string>
#include <vector>

#include "evaluator/task/task.hpp"

namespace iai {

/// Mean and population deviation of one column over the rows of a split.
struct FittedScale {
  std::string column;
  double mean = 0, deviation = 0;
  std::int64_t rows = 0;
};

/// Fits every feature of the task that is no category on the rows of `split` (those that `where`, `select` and `valid` take),
/// two passes with compensated sums in the order of the units, and puts the result in place of the scaling of all splits.
/// @returns the scales by the order of the features, each column once
/// @throws Error(input) when a column has no value or no spread; Error(usage) when the split is not made of columns.
std::vector<FittedScale> fit_scaling(Task& task, const std::string& split);
/// A table that tasks name with `scaling:`; numbers in their shortest form that reads back the same.
std::string scaling_text(const std::vector<FittedScale>& scales);

}  // namespace iai
