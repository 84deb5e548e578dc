#pragma once

#include <deque>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "commands/result.hpp"
#include "evaluator/bench/load.hpp"
#include "formats/json.hpp"

namespace iai {

/// Load besides the runs one after the other; none is asked for when both are 0.
struct LoadOption {
  int concurrency = 0;  ///< streams at the same time; 0: one with a rate, else no load
  double rate = 0;      ///< runs asked for a second; 0: each stream asks when it has its answer
  std::string arrivals = "poisson";
  bool asked() const { return concurrency > 0 || rate > 0; }
};

void declare_load(CLI::App& app, LoadOption& option);

/// @param batch  samples a run, for the throughput
Report load_report(const LoadFigures& figures, const LoadOption& option, std::int64_t batch);
/// Options of the command line by name, for records.
std::vector<std::pair<std::string, Json>> recorded_options(const LoadOption& option);

}  // namespace iai
