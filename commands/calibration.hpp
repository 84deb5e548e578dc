#pragma once

#include <map>
#include <string>

#include "commands/context.hpp"
#include "commands/options.hpp"
#include "evaluator/task/samples.hpp"
#include "formats/model.hpp"
#include "quantizer/quantize/observer.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/recurrent_moments.hpp"
#include "quantizer/quantize/static_int8.hpp"

namespace iai {

/// `model` with `tensors` as its only outputs. A graph input cannot be an output: an Identity stands between.
Model with_outputs(Model model, const std::vector<std::string>& tensors);

/// Of the statistics of calibration, what is wanted, and how much memory there is for them.
struct CalibrationLimits {
  bool histograms = true;        ///< a second pass; without them only min-max and mean ranges can be chosen
  std::uint64_t max_memory = 0;  ///< bytes; 0: no limit
};

/// Runs `model` over the samples and watches the tensors of the plan: ranges first, then histograms. Every sample runs alone, so that
/// what is seen depends neither on threads nor on batches. Where the tensors do not fit `limits.max_memory` together, they are
/// watched in groups, a run over the samples for each.
/// @param source  the model's file, for errors
/// @throws Error(input) when an activation is NaN or infinite, naming the tensor; Error(usage) when not even one tensor fits.
std::map<std::string, TensorStatistics> calibrate(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                                                  const RuntimeOption& runtime, const CalibrationLimits& limits, Output& output);

/// One more run over the samples, which fills in `products` from the inputs of their operators.
void observe_products(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                      const RuntimeOption& runtime, Output& output, ProductsByOperator& products);

/// Another one, for the operators of `plan` whose weights are stored (recurrent ones): how their inputs and states go together. Sums in the
/// order of the samples.
RecurrentMomentsByOperator observe_moments(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                                           const RuntimeOption& runtime, Output& output);

}  // namespace iai
