#pragma once

#include <string>
#include <vector>

#include "commands/quantize_workbench.hpp"

namespace iai {

/// How the metric fared under the accuracy limit.
struct GateResult {
  Metric before, after;
  Drop drop;
  bool holds = false;
  std::vector<std::string> returned;  ///< operators sent back to float, worst first
};

/// Holds `candidate` against the limit on the task's evaluation split. Where it is missed, operators go back to float,
/// the most sensitive first, until it holds or only one is left; `candidate` becomes the last one tried.
/// Sensitivity: error of the outputs when that operator alone is quantized.
GateResult gate_candidate(QuantizeWorkbench& workbench, Candidate& candidate, const Task& task, const DropLimit& limit);

}  // namespace iai
