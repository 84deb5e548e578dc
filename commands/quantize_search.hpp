#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "commands/calibration.hpp"
#include "commands/quantize.hpp"
#include "commands/quantize_ranges.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/quantized_model.hpp"
#include "quantizer/quantize/tensor_range.hpp"

namespace iai {

/// The default operator set of the source raised where scales for each channel need it (13, DequantizeLinear's axis).
void raise_opset(Model& model, const std::filesystem::path& path);
/// Rewrites that change no answer and that plans rely on: constants lifted, batch norms folded, dead nodes gone.
Model prepared(Model model);

/// What stays in float: by the options, by a file of ranges (or null), and `keep_float`.
PlanOptions plan_options(const QuantizeOptions& options, const RangesFile* ranges, bool attention, std::set<std::string> keep_float = {});

/// One way to quantize.
struct QuantizeMethod {
  std::string name;  ///< "mse", "percentile", "min-max" or "dynamic"
  RangeMethod range = RangeMethod::min_max;
  bool attention = true;  ///< products of two activations become integers too
};

/// A quantized model and how far its outputs lie from those of the source on the calibration samples.
struct Candidate {
  QuantizedModel made;
  QuantizeMethod method;
  std::vector<OutputError> errors;            ///< one a floating-point output; empty where nothing was compared
  std::map<std::string, TensorRange> ranges;  ///< of the tensors that were quantized; empty for dynamic int8
  std::size_t integer_layers() const;
};

/// How the metric fared under the accuracy limit.
struct GateResult {
  Metric before, after;
  Drop drop;
  bool holds = false;
  std::vector<std::string> returned;  ///< operators sent back to float, worst first
};

/// Quantizes one model in the ways that the options ask for and measures what comes out.
class QuantizeSearch {
 public:
  /// @param source   the model as read, its file `options.model`
  /// @param samples  calibration inputs; null where there are none, with --dynamic or `ranges`
  /// @param ranges   to use instead of calibration, or null; kept
  QuantizeSearch(const Model& source, const QuantizeOptions& options, const Samples* samples, const RangesFile* ranges, Output& output);
  ~QuantizeSearch();

  /// The best candidate by the error of the outputs, of equal ones the first; one with all in float only when there is no other.
  Candidate best();
  /// Holds `candidate` against the limit on the task's evaluation split. Where it is missed, operators go back to float,
  /// the most sensitive first, until it holds or only one is left; `candidate` becomes the last one tried.
  /// Sensitivity: error of the outputs when that operator alone is quantized.
  GateResult gate(Candidate& candidate, const Task& task, const DropLimit& limit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace iai
