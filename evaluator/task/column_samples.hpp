#pragma once

#include <string>
#include <vector>

#include "evaluator/task/task.hpp"

namespace iai {

/// Samples of a split that is made of columns: rows, or windows of rows within a unit. Units are in the order of their
/// keys (as numbers where all are), rows of a unit by `order`, else by file name and place, so that the samples do not
/// depend on the order in which files are found. The columns lie in a temporary file; memory holds some bytes for each sample.
///
/// A window that holds a missing or wrong cell, a cell outside `valid`, or a gap, is left out and counted.
/// @throws Error(input) naming file, and row where there is one, when columns, labels and model do not fit.
LabelledSamples column_samples(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted);

/// The input of `split` that feeds the model's input `wanted`. @param inputs  how many the model has
const InputSource& source_for(const Task& task, const TaskSplit& split, const WantedInput& wanted, std::size_t inputs);
/// @throws Error(input) when the task names an input that the model lacks.
void refuse_unknown_inputs(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted);

}  // namespace iai
