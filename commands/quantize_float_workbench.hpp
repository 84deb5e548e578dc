#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/quantize.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "evaluator/task/task.hpp"
#include "formats/model.hpp"
#include "quantizer/precision/islands.hpp"

namespace iai {

/// What --precision, --io, --arithmetic and --exclude ask for.
PrecisionOptions precision_options(const QuantizeOptions& options);

/// A model in 16 bits, operator by operator.
struct FloatCandidate {
  Model model;
  std::vector<FloatOperator> operators;  ///< of the source
  PrecisionReport lowered;
  std::vector<OutputError> errors;  ///< one a floating-point output; empty where nothing was compared
  std::int64_t reduced_operators() const;
};

/// One source model, what 16 bits do to each of its tensors and operators, and what can be made of it.
class FloatWorkbench {
 public:
  /// Measures where there are inputs. @param source  as read, its file `options.model`
  /// @param samples  calibration inputs; null where there are none. All are kept.
  FloatWorkbench(const Model& source, const QuantizeOptions& options, const Samples* samples, Output& output);

  /// All operators, those in float32 with their reasons: by definition, and as far as was measured, for their range.
  const std::vector<FloatOperator>& operators() const { return operators_; }
  const std::map<std::string, TensorMeasurement>& measured() const { return measured_; }
  const Model& source() const { return source_; }
  const PrecisionOptions& precision() const { return precision_; }
  /// Multiply-accumulates of one comparison with so many samples; nothing where they are not known.
  std::optional<double> comparison_cost(std::int64_t limit) const;
  bool has_samples() const { return samples_ != nullptr; }
  int threads() const { return options_.runtime.threads; }
  Output& output() const { return output_; }

  FloatCandidate make(std::vector<FloatOperator> operators) const;
  /// Fills in `candidate.errors` from at most `limit` samples, chosen by their contents; nothing where there are none.
  void compare(FloatCandidate& candidate, std::int64_t limit) const;
  Evaluation judge_source(const Task& task) const;
  Evaluation judge(const FloatCandidate& candidate, const Task& task) const;

 private:
  const QuantizeOptions& options_;
  const Samples* samples_;
  Output& output_;
  const PrecisionOptions precision_;
  Model source_;  // prepared, with inferred shapes
  std::vector<FloatOperator> operators_;
  std::map<std::string, TensorMeasurement> measured_;
  std::vector<std::int64_t> order_;  // of the samples

  /// What answers as the candidate does on a device for it: a float32 model with each rounding written out, or itself where only weights
  /// are 16-bit.
  Model runnable(const FloatCandidate& candidate) const;
  template <class Work>
  auto run_model(const Model& model, Work work) const;
};

}  // namespace iai
