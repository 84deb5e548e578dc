#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "commands/calibration.hpp"
#include "commands/quantize.hpp"
#include "commands/quantize_ranges.hpp"
#include "commands/search_budget.hpp"
#include "commands/search_memory.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "quantizer/quantize/equalize.hpp"
#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/quantized_model.hpp"
#include "quantizer/quantize/static_int8.hpp"
#include "quantizer/quantize/tensor_range.hpp"

namespace iai {

/// The default operator set of the source raised where scales for each channel need it (13, DequantizeLinear's axis).
void raise_opset(Model& model, const std::filesystem::path& path);
/// Rewrites that change no answer and that plans rely on: constants lifted, batch norms folded, dead nodes gone.
Model prepared(Model model);

/// What stays in float: by the options, by a file of ranges (or null), and `returned`.
PlanOptions plan_options(const QuantizeOptions& options, const RangesFile* ranges, bool attention, const Returned& returned = {}, bool stored = true);

enum class Rounding {
  nearest,
  adaptive,  ///< by what goes together in the inputs (quantizer/quantize/adaptive_rounding.hpp)
};

/// One way to quantize.
struct QuantizeMethod {
  std::string name;  ///< "mse", "percentile", "entropy", "mean-min-max", "min-max" or "dynamic"
  RangeMethod range = RangeMethod::min_max;
  bool attention = true;   ///< products of two activations become integers too
  bool equalized = false;  ///< channels of activations are scaled first (quantizer/quantize/equalize.hpp)
  Rounding rounding = Rounding::nearest;
  bool corrected = false;                       ///< biases take back what int8 shifts on average, measured (commands/quantize_corrections.hpp)
  std::map<std::string, RangeMethod> own = {};  ///< tensors whose range is chosen otherwise
  bool stored = true;                           ///< weights of recurrent operators and tables of Gather are stored as int8
  bool operator==(const QuantizeMethod&) const = default;
};

/// A quantized model and how far its outputs lie from those of the source on the calibration samples.
struct Candidate {
  QuantizedModel made;
  QuantizeMethod method;
  std::vector<OutputError> errors;            ///< one a floating-point output; empty where nothing was compared
  std::map<std::string, TensorRange> ranges;  ///< of the tensors that were quantized; empty for dynamic int8
  ChannelExponents exponents;                 ///< tensors whose channels were scaled
  Biases biases;                              ///< what was corrected
  Returned returned;                          ///< besides what the options and a file of ranges say
  std::size_t integer_layers() const;
};

/// One way that was tried, for those who ask what else there was.
struct QuantizeTry {
  std::string what;
  std::uint64_t bytes = 0;  ///< of the model
  double sqnr_db = 0;       ///< of the worst output, on the inputs that it was judged by
  std::size_t integer_layers = 0;
  std::optional<double> metric = {};         ///< the task's primary one, where an accuracy limit asked for it
  std::optional<double> latency_ratio = {};  ///< time of a run over that of the source, where it was measured
  bool kept = false;
};

/// Time of a run of the candidate over that of the source.
using LatencyClock = std::function<double(const Candidate&)>;

/// One source model, calibrated, and what can be done with it again and again: quantize it in some way, compare the result
/// with the source, judge it on a task. Searches (commands/quantize_search.hpp, quantize_gate.hpp) work on it.
class QuantizeWorkbench {
 public:
  /// Calibrates where it is first needed.
  /// @param source   the model as read, its file `options.model`
  /// @param samples  calibration inputs; null where there are none, with --dynamic or `ranges`
  /// @param ranges   to use instead of calibration, or null
  /// All are kept.
  QuantizeWorkbench(const Model& source, const QuantizeOptions& options, const Samples* samples, const RangesFile* ranges, Output& output);
  /// For trials: calibrates on some samples, compares on others. @param calibration, judged  kept
  QuantizeWorkbench(const QuantizeWorkbench& whole, const Samples& calibration, const Samples& judged);

  Candidate make(const QuantizeMethod& method, const Returned& returned);
  /// Tensors whose channels are scaled where a method is equalized; empty where none can be.
  const ChannelExponents& exponents();
  /// Tensors and methods that give them another range than `method` does, worth a try each (other_methods).
  std::vector<std::pair<std::string, RangeMethod>> other_ranges(const QuantizeMethod& method);
  /// Multiply-accumulates that a try with so many samples takes; nothing where they are not known.
  std::optional<double> comparison_cost(std::int64_t limit) const;
  /// Multiply-accumulates of correcting the biases; nothing where they are not known.
  std::optional<double> correction_cost() const;
  /// Are there products of two activations?
  bool has_attention() const;
  /// Are there weights that can be stored as int8, in operators that compute in float?
  bool has_stored() const;
  /// Fills in `candidate.errors` from at most `limit` samples, spread evenly; nothing where there are none.
  void compare(Candidate& candidate, std::int64_t limit);
  /// The floating-point form of the source that `method` quantizes: what its layers name tensors of.
  const Model& float_form(const QuantizeMethod& method) { return options_.dynamic ? plain_.model : form(method.equalized).model; }
  /// At most `limit` of the samples that are compared on, spread evenly; null where there are none.
  std::unique_ptr<Samples> compared_samples(std::int64_t limit) const;
  /// Remembers a candidate that was compared, here and for the workbench that this one is a trial of.
  void remember(const Candidate& candidate, std::string what, std::optional<double> metric = {});
  /// Of what is remembered, this way was kept. @param metric  that it was judged by
  void keep(const std::string& what, std::optional<double> metric = {});
  const std::vector<QuantizeTry>& tries() const { return tries_->all; }
  /// What is remembered from now on is timed too.
  void time_tries(LatencyClock clock) { tries_->clock = std::move(clock); }
  /// What of each layer would be cut on x86-64 without VNNI, by name; empty for targets that do not run there or are made for it, and for
  /// dynamic int8.
  std::map<std::string, SaturationRisk> saturation_risks(const Candidate& candidate);
  /// What is seen of the form that `method` quantizes, on the samples to calibrate on; empty without any and for dynamic int8.
  const std::map<std::string, TensorStatistics>& seen(const QuantizeMethod& method);
  /// The same of a candidate that is made only where its errors are not known yet.
  std::vector<OutputError> errors(const QuantizeMethod& method, const Returned& returned, std::int64_t limit);
  /// `measure` of the candidate made so, which is remembered under `what`.
  double measured(const std::string& what, const QuantizeMethod& method, const Returned& returned, const std::function<double(const Candidate&)>& measure);
  Evaluation judge(const Session& session, const Task& task, const LabelledSamples& samples) const {
    return evaluate(session, task, samples, options_.runtime.batch, options_.runtime.threads);
  }
  /// The candidate, run as a file of its own.
  Evaluation judge(const Candidate& candidate, const Task& task, const LabelledSamples& samples) const;
  Answers answers(const Candidate& candidate, const Task& task, const LabelledSamples& samples) const;
  /// Can operators have 16-bit activations instead of float?
  bool may_widen() const;
  /// The source, opened when it is first asked for: without samples it may hold operators that the runtime does not know.
  const Session& reference();

  const QuantizeOptions& options() const { return options_; }
  SessionOptions session_options() const { return {.device = options_.runtime.device, .runtime = options_.runtime.runtime}; }
  const RangesFile* given() const { return given_; }
  const Samples* samples() const { return samples_; }
  bool has_samples() const { return samples_ != nullptr; }
  Output& output() const { return output_; }
  /// Of all searches on this source, those on parts of the samples included.
  SearchBudget& budget() { return *budget_; }
  SearchMemory& memory() { return *memory_; }

 private:
  const QuantizeOptions& options_;
  const Samples* samples_;   // to calibrate on
  const Samples* compared_;  // to compare on
  const RangesFile* given_;  // ranges to use instead of statistics_, or null
  Output& output_;
  /// A form of the source with the same answers, and what calibration saw of it.
  struct Calibrated {
    Model model;     // prepared
    Model inferred;  // with the shapes that plans need; a second skeleton, the weights are shared
    std::map<std::string, TensorStatistics> statistics = {};
    bool calibrated = false;
    std::optional<RecurrentMomentsByOperator> moments = {};  // observed when first needed
    mutable RangeMemo chosen = {};
  };
  Calibrated plain_;
  std::optional<Calibrated> equalized_;
  std::optional<ChannelExponents> exponents_;
  std::optional<Model> corrected_;  // for corrected_for_
  std::optional<std::pair<QuantizeMethod, Returned>> corrected_for_;
  ProductsByOperator products_;                                                   // for products_for_
  std::optional<std::pair<QuantizeMethod, std::set<std::string>>> products_for_;  // kept, since a search makes the same method many times
  std::shared_ptr<std::optional<Session>> reference_;                             // one for a workbench and its trials, as below
  /// What the source answers to some of the samples that are compared on.
  struct Expected {
    std::unique_ptr<Samples> samples;
    ReferenceOutputs outputs;
    Expected(std::unique_ptr<Samples> some, const Session& reference) : samples(std::move(some)), outputs(reference, *samples, most_bytes) {}
    static constexpr std::uint64_t most_bytes = std::uint64_t{16} << 20;
  };
  std::map<std::int64_t, Expected> expected_;  // by the number of samples
  std::shared_ptr<SearchBudget> budget_;
  std::shared_ptr<SearchMemory> memory_;
  struct Tries {
    std::vector<QuantizeTry> all;
    LatencyClock clock;  // may be empty
  };
  std::shared_ptr<Tries> tries_;

  QuantizationPlan plan(const Calibrated& form, bool attention, const Returned& returned, bool stored = true) const;
  Calibrated& form(bool equalized);
  const RecurrentMomentsByOperator& moments(Calibrated& form);
  /// Multiply-accumulates of making the model and running it so often; nothing where they are not known.
  std::optional<double> run_cost(std::int64_t runs) const;
  void calibrate_form(Calibrated& form);
  Json key(const std::string& what, const QuantizeMethod& method, const Returned& returned) const;
  std::vector<OutputError> run_comparison(const Candidate& candidate, std::int64_t limit);
  std::map<std::string, TensorRange> ranges_of(const Calibrated& form, const QuantizationPlan& chosen, const QuantizeMethod& method) const;
  /// Of what is rounded adaptively; none where nothing is.
  const ProductsByOperator& products(const QuantizeMethod& method, const std::set<std::string>& to_int16, const Calibrated& form);
  const Model& corrected_model(const QuantizeMethod& method, const Returned& returned, Calibrated& form);
};

}  // namespace iai
