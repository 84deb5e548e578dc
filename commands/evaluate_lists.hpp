#pragma once

#include <filesystem>

#include "commands/evaluate.hpp"
#include "commands/recording.hpp"
#include "commands/result.hpp"
#include "evaluator/metrics/label_errors.hpp"
#include "evaluator/task/task.hpp"

namespace iai {

/// Before any work starts. @throws Error(usage or input) when lists are asked for that cannot be written.
void check_lists(const Task& task, const EvaluateOptions& options);
/// Writes the lists that are asked for. @param report  gets what is said about them
void write_lists(const EvaluateOptions& options, const Task& task, const LabelledSamples& samples, const Answers& answers, Recording& recording,
                 Report& report);

/// Name of class `number` of the answers; binary: 1 is the positive class.
std::string class_name(const Task& task, std::int64_t number);

}  // namespace iai
