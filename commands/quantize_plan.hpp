#pragma once

#include "commands/quantize.hpp"
#include "commands/quantize_memory.hpp"
#include "commands/result.hpp"

namespace iai {

/// What `iai quantize` would do under these options, for --dry-run: nothing is run, no calibration input is read, nothing is
/// written or recorded. @throws as a run does where model, task, ranges or patterns are at fault.
Report quantize_plan(const QuantizeOptions& options);

/// The estimate as --dry-run shows it.
Report memory_report(const QuantizeMemory& memory);

}  // namespace iai
