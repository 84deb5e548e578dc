#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "commands/quantize_workbench.hpp"

namespace iai {

/// So many calibration samples rank the operators as all do: Spearman 0.965 and more on our models, 0.944 with 32 (tests).
constexpr std::int64_t most_for_sensitivity = 128;

/// What one operator alone does to the outputs of the model.
struct LayerSensitivity {
  std::string name;    ///< as QuantizedLayer::name
  double sqnr_db = 0;  ///< of the worst output, all other operators in float; infinite where nothing changes
  double cosine = 1;   ///< of that output
};

/// Quantizes each operator of `candidate` that has integers alone, by its method, and compares the outputs with the source's.
/// @param samples  calibration samples that are run for it, at most, spread evenly
/// @param is_time_up  asked before each operator; yes leaves out the rest
/// @returns worst first, of equal ones in the order of the graph; empty where there are no samples
/// @source one layer at a time: Wu et al., "Integer Quantization for Deep Learning Inference" (2020), section 5.3
std::vector<LayerSensitivity> layer_sensitivities(
    QuantizeWorkbench& workbench, const Candidate& candidate, std::int64_t samples, const std::function<bool()>& is_time_up = [] { return false; });

/// The same of some operators only. @param names  of operators that have integers, each once
std::vector<LayerSensitivity> layer_sensitivities(
    QuantizeWorkbench& workbench, const Candidate& candidate, const std::vector<std::string>& names, std::int64_t samples,
    const std::function<bool()>& is_time_up = [] { return false; });

/// The same order where there is nothing to run: by how far the int8 weights lie from the float ones.
std::vector<LayerSensitivity> weight_sensitivities(const Candidate& candidate);

}  // namespace iai
