#pragma once

#include "commands/quantize_workbench.hpp"

namespace iai {

/// So many calibration samples are compared, at most, to tell one way to quantize from another.
constexpr std::int64_t most_compared = 256;

/// "mse, equalized": a method in words.
std::string described(const QuantizeMethod& method);
/// "mse, 'conv1' in float": with the operators that do not get all of int8.
std::string described(const QuantizeMethod& method, const Returned& returned);

/// Quantizes in the ways that the options ask for and measures what comes out.
/// @returns the best candidate by the error of the outputs, of equal ones the first; one with all in float only when there is
/// no other.
Candidate best_candidate(QuantizeWorkbench& workbench);

}  // namespace iai
