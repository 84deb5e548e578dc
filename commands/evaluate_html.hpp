#pragma once

#include <span>
#include <string>

#include "commands/evaluate_stress.hpp"
#include "commands/result.hpp"

namespace iai {

/// The evaluation of one model as one HTML page with inline plots, which loads and runs nothing: the same bytes for the same evaluation.
/// @param report  as it is printed, for the tables
std::string evaluation_html(const Report& report, const Task& task, const Evaluation& evaluation, std::span<const StressPoint> stress);

}  // namespace iai
