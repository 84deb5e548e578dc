#pragma once

#include "commands/quantize_gate.hpp"
#include "commands/quantize_workbench.hpp"

namespace iai {

/// Holds `candidate` against the limit on the task's evaluation split. Where it is missed, operators go to 16-bit activations,
/// where the target has them, and then to float, the most sensitive first (commands/quantize_sensitivity.hpp; without inputs to
/// compare on, by the error of their weights). `candidate` becomes the one with the fewest returned that holds, or the one with the
/// smallest drop where none does.
GateResult gate_candidate(QuantizeWorkbench& workbench, Candidate& candidate, const Task& task, const DropLimit& limit);

}  // namespace iai
