#pragma once

#include "commands/quantize_float_workbench.hpp"

namespace iai {

/// Positions in `operators` of those that are reduced, the one whose own outputs rounding changes most first.
std::vector<std::size_t> by_sensitivity(const FloatWorkbench& workbench, const std::vector<FloatOperator>& operators);

/// The model with all in 16 bits that can be. Where its outputs then lie further from the source's than least_sqnr_db(), the operators
/// that help most go back to float32, one after the other, until they do not: what one operator loses may count little in its own
/// outputs (one channel of many) and much in the model's.
FloatCandidate best_float(const FloatWorkbench& workbench);

}  // namespace iai
