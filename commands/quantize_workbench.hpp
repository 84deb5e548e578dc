#pragma once

#include <memory>
#include <optional>
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

/// One source model, calibrated, and what can be done with it again and again: quantize it in some way, compare the result
/// with the source, judge it on a task. Searches (commands/quantize_search.hpp, quantize_gate.hpp) work on it.
class QuantizeWorkbench {
 public:
  /// Calibrates, unless the form is dynamic or `ranges` are given.
  /// @param source   the model as read, its file `options.model`
  /// @param samples  calibration inputs; null where there are none, with --dynamic or `ranges`
  /// @param ranges   to use instead of calibration, or null
  /// All are kept.
  QuantizeWorkbench(const Model& source, const QuantizeOptions& options, const Samples* samples, const RangesFile* ranges, Output& output);

  /// @param keep_float  names of operators that stay in float
  Candidate make(const QuantizeMethod& method, const std::set<std::string>& keep_float) const;
  /// Fills in `candidate.errors` from at most `limit` calibration samples, spread evenly; nothing where there are none.
  void compare(Candidate& candidate, std::int64_t limit);
  Evaluation judge(const Session& session, const Task& task) const { return evaluate(session, task, options_.runtime.batch, options_.runtime.threads); }
  /// The candidate, run as a file of its own.
  Evaluation judge(const Candidate& candidate, const Task& task) const;
  /// The source, opened when it is first asked for: without samples it may hold operators that the runtime does not know.
  const Session& reference();

  const QuantizeOptions& options() const { return options_; }
  const RangesFile* given() const { return given_; }
  bool has_samples() const { return samples_ != nullptr; }
  Output& output() const { return output_; }

 private:
  const QuantizeOptions& options_;
  const Samples* samples_;
  const RangesFile* given_;  // ranges to use instead of statistics_, or null
  Output& output_;
  Model model_;     // prepared
  Model inferred_;  // with the shapes that plans need; a second skeleton, the weights are shared
  std::map<std::string, TensorStatistics> statistics_;
  std::optional<Session> reference_;

  QuantizationPlan plan(bool attention, std::set<std::string> keep_float) const;
  SessionOptions session_options() const { return {.device = options_.runtime.device, .runtime = options_.runtime.runtime}; }
};

}  // namespace iai
