#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "commands/result.hpp"
#include "evaluator/bench/energy.hpp"
#include "formats/json.hpp"

namespace iai {

/// Which meter, and what its joules come to.
struct EnergyOption {
  std::string meter;  ///< shell command; empty: what the kernel shows
  double meter_timeout_s = 10;
  std::vector<std::string> sensors;  ///< of hwmon or NVML, by name; empty: the only one of hwmon
  double idle_s = 1;
  double co2_g_per_kwh = 0;
  std::string co2_source;
};

void declare_energy(CLI::App& app, EnergyOption& option);
/// Before the models run: a meter that says nothing is found out now, not after minutes.
/// @throws Error(usage) for a factor without its source, or a source without its factor; else as measure_energy
void check(const EnergyOption& option, const std::string& device);

/// Finds the meter and measures: of models on Nvidia's devices (cuda, tensorrt) the cards alone, else the processor and its memory. Where there is none the
/// figures hold the reason: what was looked at, and why it does not serve.
/// @throws Error(usage) for a sensor that is not there; Error(environment) when the meter that the user named fails
EnergyFigures measure_energy(const EnergyOption& option, const std::string& device, const std::vector<Subject>& subjects);

/// Adds the energy of one model (the `at`-th measured), or the word unavailable with the reason.
void add_energy(Report& row, const EnergyFigures& figures, std::size_t at, const EnergyOption& option);
/// The meter and the idle machine, for the whole report.
Report energy_report(const EnergyFigures& figures, const EnergyOption& option);
/// Options of the command line by name, for records; those that were not given are left out.
std::vector<std::pair<std::string, Json>> recorded_options(const EnergyOption& option);

}  // namespace iai
