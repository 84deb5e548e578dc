#pragma once

#include "commands/quantize.hpp"
#include "commands/result.hpp"

namespace iai {

/// What `iai quantize --precision fp16|bf16` would do, for --dry-run: nothing is run or written. Which operators stay in float32 for
/// their range is not known before they are measured.
Report float_plan(const QuantizeOptions& options);

}  // namespace iai
