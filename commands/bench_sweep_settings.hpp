#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/bench.hpp"
#include "commands/session_file.hpp"
#include "evaluator/bench/cold_start.hpp"
#include "evaluator/bench/statistics.hpp"
#include "evaluator/bench/steadiness.hpp"

namespace iai {

/// A setting that is tried, and what was measured of it.
struct SweptSetting {
  std::filesystem::path model = {};
  std::string precision = {};  ///< of the model (model_precision.hpp)
  SessionFile session = {};
  ColdStart cold = {};
  std::vector<double> run_ms = {};  ///< of all passes
  std::vector<double> medians_ms = {};
  double processor_s = 0, runs = 0;     ///< of every run that was made, also those that warm up
  std::optional<double> energy_j = {};  ///< a run
  LatencySummary latency = {};

  double samples() const { return static_cast<double>(session.batch); }
  double throughput_per_s() const { return samples() / latency.mean * 1000; }
  double processor_ms_a_sample() const { return processor_s * 1000 / runs / samples(); }
  std::optional<double> energy_j_a_sample() const { return energy_j ? std::optional(*energy_j / samples()) : std::nullopt; }
  /// How far the passes' medians lie apart.
  double spread() const;
};

/// Every combination that the options name, of each of these models, not measured yet.
/// @throws Error(usage) when they are too many, Error(input) for a batch that a model does not take, or models that take other inputs
std::vector<SweptSetting> swept_settings(const BenchOptions& options, const std::vector<std::filesystem::path>& models);

/// Measures them all in two passes, one session at a time. @throws Error as measure_models does
Steadiness measure_settings(std::vector<SweptSetting>& settings, const BenchOptions& options, Output& output);

/// Which setting to take.
struct SweepChoice {
  bool by_energy = false;               ///< what a sample costs: energy where every setting has it, else processor time
  std::optional<std::size_t> cheapest;  ///< nothing where none keeps the limit
  std::vector<bool> on_front;           ///< settings that no other one beats in p99, throughput, energy and memory together
};
/// @param limit_ms  of p99; 0: none
SweepChoice choose_setting(const std::vector<SweptSetting>& settings, double limit_ms);

}  // namespace iai
