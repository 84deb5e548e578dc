#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "commands/bench.hpp"
#include "commands/bench_model.hpp"
#include "commands/bench_operators.hpp"
#include "evaluator/bench/steadiness.hpp"

namespace iai {

/// All that was found out about one model.
struct BenchFigures {
  std::filesystem::path model;
  std::string precision = {};  ///< of the model (model_precision.hpp)
  ColdStart cold = {};
  Measured measured;
  LatencySummary latency;
  RatioInterval median;  ///< of the run times, ms
  double throughput_per_s = 0;
  std::optional<RatioInterval> ratio;  ///< not for the reference
  std::optional<LoadFigures> load;     ///< where it was asked for
  std::vector<KernelTime> kernels;     ///< where it was asked for, or where a device may have left some to the processor
  std::vector<std::string> fell_back;  ///< of these, by name
};

/// What holds for all models of a run.
struct BenchSetting {
  std::filesystem::path reference;  ///< empty: a single model
  std::int64_t batch = 1;
  int threads = 1;
  std::int64_t rounds = 0, placements = 0;
  std::optional<double> precision;  ///< reached, as a share; of the ratio that is known worst, or of the median
  EnergyFigures energy;
  std::optional<MachinePeak> peak;  ///< with --operators
  Steadiness steadiness;
};

struct BenchResult {
  BenchSetting setting;
  std::vector<BenchFigures> models;  ///< the reference first
};

/// Is what was asked for with --require-provider not so?
bool is_refused(const BenchOptions& options, const BenchResult& result);

/// Cold starts, then all models in interleaved rounds, then energy.
/// @throws Error as Session, measure_cold_start and BenchModel do
BenchResult measure_models(const BenchOptions& options, Context& context);

}  // namespace iai
