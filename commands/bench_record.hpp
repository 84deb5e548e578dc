#pragma once

#include <string>

#include "commands/bench_measure.hpp"
#include "commands/recording.hpp"

namespace iai {

/// Commits the record of one model (the `at`-th of the result), with a command line that measures it alone (and its reference).
/// @returns the id; empty where nothing is recorded
std::string record_bench(Recording& recording, const BenchOptions& options, const BenchResult& result, std::size_t at);

}  // namespace iai
