#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "commands/bench_energy.hpp"
#include "commands/bench_load.hpp"
#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct BenchOptions {
  std::vector<std::filesystem::path> models;
  std::filesystem::path reference;  ///< measured along and compared with, not recorded by itself
  std::vector<std::filesystem::path> calibration;
  RuntimeOption runtime;
  double seconds = 3;
  std::int64_t runs = 0;
  double until_percent = 0;  ///< measure until the figure is known to this precision; 0: for `seconds`
  double budget_s = 60;      ///< of measuring in all, with `until_percent`
  std::uint64_t seed = 1;
  EnergyOption energy;
  LoadOption load;
};

void declare(CLI::App& app, BenchOptions& options);
ExitCode run(const BenchOptions& options, Context& context);
extern const Manual bench_manual;

}  // namespace iai
