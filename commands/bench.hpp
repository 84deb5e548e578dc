#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/bench_energy.hpp"
#include "commands/bench_load.hpp"
#include "commands/bench_sweep.hpp"
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
  std::string optimization = "all";  ///< of the graph: none, basic, extended, all
  std::filesystem::path session;     ///< says device, threads, optimization and batch
  bool operators = false;            ///< account of each operator's time and work
  bool require_provider = false;     ///< no node may run elsewhere than on the device
  std::filesystem::path html;        ///< page to write; empty: none
  bool overwrite = false;
  IfExists if_exists() const { return overwrite ? IfExists::replace : IfExists::refuse; }
  EnergyOption energy;
  LoadOption load;
  SweepOption sweep;
};

void declare(CLI::App& app, BenchOptions& options);
ExitCode run(const BenchOptions& options, Context& context);
extern const Manual bench_manual;

}  // namespace iai
