#include "commands/quantize_float_workbench.hpp"

#include <algorithm>

#include "commands/quantize_float_measure.hpp"
#include "commands/quantize_workbench.hpp"
#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/cost.hpp"
#include "quantizer/precision/emulation.hpp"
#include "quantizer/quantize/plan.hpp"

namespace iai {
PrecisionOptions precision_options(const QuantizeOptions& options) {
  PrecisionOptions precision = precision_options(options.floats, options.precision == "bf16" ? ElementType::bfloat16 : ElementType::float16, options.exclude);
  precision.subgraphs = Subgraphs::left;
  return precision;
}

std::int64_t FloatCandidate::reduced_operators() const {
  return std::count_if(operators.begin(), operators.end(), [](const FloatOperator& one) { return one.reduced(); });
}

FloatWorkbench::FloatWorkbench(const Model& source, const QuantizeOptions& options, const Samples* samples, Output& output)
    : options_(options), samples_(samples), output_(output), precision_(precision_options(options)), source_(with_inferred_shapes(prepared(source))) {
  refuse_quantized(source_);
  check_patterns(source_.graph(), options.exclude, "--exclude");
  operators_ = float_operators(source_, precision_);
  measured_ = measure_weights(source_, operators_, precision_.type);
  if (samples != nullptr) {
    const ActivationMeasurement how{options.model, *samples, options.runtime, options.max_memory, output};
    order_ = order_by_content(*samples);
    measured_.merge(measure_activations(source_, operators_, precision_, how));
  }
  choose_islands(operators_, measured_, precision_);
}

FloatCandidate FloatWorkbench::make(std::vector<FloatOperator> operators) const {
  FloatCandidate made{source_, std::move(operators), {}, {}};
  made.lowered = lower_precision(made.model, with_operators(precision_, made.operators));
  return made;
}

std::optional<double> FloatWorkbench::comparison_cost(std::int64_t limit) const {
  // What an operator takes besides multiplying, each with its conversions: when a model is opened, and in each run.
  constexpr double opening = 2e5, running = 2e4;
  const auto multiplications = samples_ == nullptr ? std::nullopt : count_cost(source_).multiply_accumulates();
  if (!multiplications) return std::nullopt;
  const auto nodes = static_cast<double>(source_.graph().node_size());
  const auto runs = static_cast<double>(2 * std::min(limit, samples_->count()));
  return nodes * opening + runs * (nodes * running + static_cast<double>(*multiplications));
}

Model FloatWorkbench::runnable(const FloatCandidate& candidate) const {
  if (precision_.arithmetic == Arithmetic::float32) return candidate.model;
  return emulated(source_, candidate.operators, candidate.model, precision_.type);
}

template <class Work>
auto FloatWorkbench::run_model(const Model& model, Work work) const {
  const ScratchModel scratch(model);
  try {
    // No optimization, so that no rounding is taken for a conversion that can go.
    const Session session(scratch.path(), unfused(options_.runtime));
    return work(session);
  } catch (const Error& error) {
    throw scratch.renamed(error, options_.output.path);
  }
}

void FloatWorkbench::compare(FloatCandidate& candidate, std::int64_t limit) const {
  if (samples_ == nullptr) return;
  const Session reference(options_.model, {.device = options_.runtime.device, .runtime = options_.runtime.runtime});
  const auto count = static_cast<std::ptrdiff_t>(std::min(limit, samples_->count()));
  const auto some = select_samples(borrow_samples(*samples_), {order_.begin(), order_.begin() + count});
  candidate.errors =
      run_model(runnable(candidate), [&](const Session& session) { return compare_outputs(reference, session, *some, options_.runtime.threads); });
}

Evaluation FloatWorkbench::judge_source(const Task& task) const {
  const Session session(options_.model, {.device = options_.runtime.device, .runtime = options_.runtime.runtime});
  return evaluate(session, task, options_.runtime.batch, options_.runtime.threads);
}

Evaluation FloatWorkbench::judge(const FloatCandidate& candidate, const Task& task) const {
  return run_model(runnable(candidate), [&](const Session& session) { return evaluate(session, task, options_.runtime.batch, options_.runtime.threads); });
}

}  // namespace iai
