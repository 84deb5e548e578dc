#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/bench.hpp"
#include "commands/result.hpp"
#include "evaluator/bench/operator_work.hpp"

namespace iai {

/// The runtime's account of the model's kernels, of `--batch` inputs, in the order they run.
/// @throws Error(input) as Session and its runs do; Error(environment) when the runtime keeps no account
std::vector<KernelTime> profile_model(const std::filesystem::path& model, const BenchOptions& options);

/// Did it run where machine_peak measures?
bool ran_on_processor(const KernelTime& kernel);

/// Kernels that did not run on the device that was asked for, by name. Copies to and from it are not its kernels.
std::vector<std::string> fallen_back(const std::vector<KernelTime>& kernels, const std::string& provider);
/// How many kernels ran where, and for how long: rows (provider, kernels, time, share).
ReportRows placement_rows(const std::vector<KernelTime>& kernels);
/// One row a kernel, the longest first: time, work, and what bounds it.
ReportRows operator_rows(const std::vector<KernelTime>& kernels, const MachinePeak& peak);
/// Sums over the kernels, and the work that could not be counted by type.
Report operator_sums(const std::vector<KernelTime>& kernels);
Report peak_report(const MachinePeak& peak);

}  // namespace iai
