#pragma once

#include "evaluator/task/task.hpp"

namespace iai {

/// Replaces numbers by the ranges that they lie in where `split` names ranges, and appends the slices that cross others.
/// @throws Error(input) naming the slice when a value of ranges is no number.
void finish_slices(const TaskSplit& split, LabelledSamples& samples);

}  // namespace iai
