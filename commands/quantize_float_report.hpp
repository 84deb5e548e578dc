#pragma once

#include <string>

#include "commands/quantize_float_workbench.hpp"

namespace iai {

/// "float16", "float32", "bfloat16 weights": what becomes of an operator.
std::string float_form(const FloatOperator& one, const PrecisionOptions& precision);

/// What became of the model: operators, tensors that clamp or vanish. Sizes in bytes; `samples`: calibration inputs, 0: activations were
/// not measured.
Report float_report(const QuantizeOptions& options, const FloatWorkbench& workbench, const FloatCandidate& candidate, std::uint64_t before, std::uint64_t after,
                    std::int64_t samples);

}  // namespace iai
