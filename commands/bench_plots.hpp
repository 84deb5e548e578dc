#pragma once

#include <span>
#include <string>
#include <vector>

#include "commands/bench_measure.hpp"
#include "commands/bench_sweep_settings.hpp"

namespace iai {

// Plots of a page of bench: inline SVG, with what they show in words.

/// How often each run time was seen, in the buckets of log_histogram: one plot a model, all with the same axes.
std::string histogram_plots(std::span<const BenchFigures> models);
/// Ratio of each model to the first, with its interval; empty for a single model.
std::string ratio_plot(std::span<const BenchFigures> models);
/// Each kernel of the processor by operations a byte and operations a second, under what the machine can do at most; larger dots take more of
/// the time. Kernels whose operations are not known, and those of other devices, are left out.
/// @source Williams, Waterman and Patterson, "Roofline" (CACM 52(4), 2009)
std::string roofline_plot(const BenchFigures& figures, const MachinePeak& peak);

/// What a setting is judged by besides its latency.
enum class SweepFigure { throughput, energy, memory };
/// p99 against `figure`, a line through the settings that none beats in both. Empty where a setting has no such figure.
std::string front_plot(std::span<const SweptSetting> settings, const SweepChoice& choice, SweepFigure figure, double limit_ms);

}  // namespace iai
