#pragma once

#include "commands/quantize_float_workbench.hpp"
#include "commands/quantize_gate.hpp"

namespace iai {

/// Holds `candidate` against the limit on the task's evaluation split. Where it is missed, operators go back to float32, those that
/// rounded inputs change most first, as few as it takes; one at least stays. `candidate` becomes the one that holds, or the one with the smallest drop.
/// Without calibration inputs no operator can be told from another and none goes back.
GateResult gate_float(const FloatWorkbench& workbench, FloatCandidate& candidate, const Task& task, const DropLimit& limit);

}  // namespace iai
