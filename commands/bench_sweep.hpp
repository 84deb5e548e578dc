#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "commands/options.hpp"

namespace iai {

struct BenchOptions;

/// Ways to run a model that are tried against each other.
struct SweepOption {
  bool asked = false;
  std::vector<int> threads;           ///< empty: 1, 2, 4 ... and all cores
  std::vector<std::int64_t> batches;  ///< empty: 1, 4, 16 where the model lets them
  std::vector<std::string> optimizations{"basic", "all"};
  std::vector<std::string> devices;   ///< empty: --device
  double latency_limit_ms = 0;        ///< of 99 % of the runs; 0: none
  std::string metric_limit;           ///< "accuracy>=0.97": what the models' recorded evaluations must show; empty: nothing
  std::filesystem::path session_out;  ///< where the cheapest setting is written
  bool has_limit() const { return latency_limit_ms > 0 || !metric_limit.empty(); }
};

void declare_sweep(CLI::App& app, SweepOption& option);

/// Measures every setting of every model and names the cheapest one under the limits.
/// @returns answer_is_no when no setting keeps the limit
/// @throws Error(usage) for too many settings; else as measure_models does
ExitCode run_sweep(const BenchOptions& options, Context& context);

}  // namespace iai
