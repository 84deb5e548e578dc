#pragma once

#include <filesystem>
#include <vector>

#include "commands/quantize_workbench.hpp"
#include "evaluator/bench/statistics.hpp"

namespace iai {

/// Times models of one interface against each other, as iai bench does: in turns, on inputs that are bound before.
class LatencyBench {
 public:
  /// Takes up to eight batches of the calibration inputs, or seeded ones (64 MB at most, but one in any case).
  explicit LatencyBench(QuantizeWorkbench& workbench);
  /// Time of a run of `candidate` over that of `reference`, measured for about `seconds` each, and until both are warm before.
  RatioInterval ratio(const std::filesystem::path& candidate, const std::filesystem::path& reference, double seconds) const;

 private:
  SessionOptions options_;
  std::vector<std::vector<Tensor>> batches_;
};

}  // namespace iai
