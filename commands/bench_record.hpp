#pragma once

#include <string>

#include "commands/bench_measure.hpp"
#include "commands/recording.hpp"

namespace iai {

/// Commits the record of one model, with a command line that measures it alone (and its reference).
/// @returns the id; empty where nothing is recorded
std::string record_bench(Recording& recording, const BenchOptions& options, const BenchFigures& figures, const BenchSetting& setting);

}  // namespace iai
