#pragma once

#include <span>
#include <string>

#include "commands/bench_measure.hpp"
#include "commands/bench_sweep_settings.hpp"
#include "commands/result.hpp"

namespace iai {

// What was measured as one HTML page with inline plots, which loads and runs nothing: the same bytes for the same results.

/// Histograms, ratios, energy, the state of the machine, load, and with --operators the roofline of each model.
std::string bench_html(const BenchOptions& options, const BenchResult& result);
/// Latency against throughput, energy and memory. @param report  as it is printed, for the tables
std::string sweep_html(const Report& report, std::span<const SweptSetting> settings, const SweepChoice& choice, double limit_ms);
/// Writes the page where --html says. @throws Error as AtomicFile does
void write_page(const BenchOptions& options, const std::string& page);

}  // namespace iai
