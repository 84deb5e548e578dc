#include "commands/quantize_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "commands/scratch_model.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/opset.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/static_int8.hpp"

namespace iai {

namespace {

constexpr std::int64_t most_compared = 256, most_for_sensitivity = 32;

Model with_shapes(Model model) {
  infer_shapes(model);
  return model;
}

/// Part of the samples, spread evenly; they stay the owner's.
class BorrowedSamples : public Samples {
 public:
  explicit BorrowedSamples(const Samples& samples) : samples_(samples) {}
  std::int64_t count() const override { return samples_.count(); }
  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override { return samples_.read(first, n); }

 private:
  const Samples& samples_;
};

std::unique_ptr<Samples> some_of(const Samples& samples, std::int64_t limit) { return limit_samples(std::make_unique<BorrowedSamples>(samples), limit); }

Target target_of(const QuantizeOptions& options) {
  if (options.target == "cpu-avx2") return Target::cpu_avx2;
  return options.target == "cpu-vnni" ? Target::cpu_vnni : Target::generic;
}

std::vector<QuantizeMethod> methods_of(const QuantizeOptions& options, const RangesFile* ranges) {
  if (ranges != nullptr) return {{ranges->method, RangeMethod::min_max, ranges->attention}};
  if (options.dynamic) return {{"dynamic", RangeMethod::min_max, false}};
  const std::string& name = options.method;
  if (name == "mse") return {{name, RangeMethod::mse, true}};
  if (name == "percentile") return {{name, RangeMethod::percentile, true}};
  if (name == "min-max") return {{name, RangeMethod::min_max, true}};
  // Not percentile: on few samples it cuts tails that come back in use, and the calibration inputs cannot tell.
  return {{"mse", RangeMethod::mse, true}, {"min-max", RangeMethod::min_max, true}, {"mse", RangeMethod::mse, false}, {"min-max", RangeMethod::min_max, false}};
}

}  // namespace

void raise_opset(Model& model, const std::filesystem::path& path) {
  constexpr std::int64_t oldest_opset = 13;
  if (model.opset() < oldest_opset) convert_opset(model, oldest_opset, path.string());
}

Model prepared(Model model) {
  drop_weight_inputs(model);
  lift_constants(model);
  fold_batch_norms(model);
  remove_dead_nodes(model);
  return model;
}

PlanOptions plan_options(const QuantizeOptions& options, const RangesFile* ranges, bool attention, std::set<std::string> keep_float) {
  PlanOptions how{options.exclude, attention, std::move(keep_float)};
  if (ranges == nullptr) return how;
  how.exclude.insert(how.exclude.end(), ranges->exclude.begin(), ranges->exclude.end());
  how.keep_float.insert(ranges->returned.begin(), ranges->returned.end());
  return how;
}

std::size_t Candidate::integer_layers() const {
  return static_cast<std::size_t>(std::count_if(made.layers.begin(), made.layers.end(), [](const QuantizedLayer& layer) { return layer.form != "float"; }));
}

struct QuantizeSearch::State {
  const QuantizeOptions& options;
  const Samples* samples;
  const RangesFile* given;  // ranges to use instead of `statistics`, or null
  Output& output;
  Model model;     // prepared
  Model inferred;  // with the shapes that plans need; a second skeleton, the weights are shared
  std::map<std::string, TensorStatistics> statistics;

  State(const Model& source, const QuantizeOptions& chosen, const Samples* inputs, const RangesFile* ranges, Output& shown)
      : options(chosen), samples(inputs), given(ranges), output(shown), model(prepared(source)), inferred(with_shapes(model)) {}

  QuantizationPlan plan(bool attention, std::set<std::string> keep_float) const {
    return plan_quantization(inferred, plan_options(options, given, attention, std::move(keep_float)));
  }

  /// The source, opened when it is first run: without samples it may hold operators that the runtime does not know.
  const Session& reference() {
    if (!reference_) reference_.emplace(options.model, session_options());
    return *reference_;
  }

  SessionOptions session_options() const { return {.device = options.runtime.device, .runtime = options.runtime.runtime}; }

  void compare(Candidate& candidate, std::int64_t limit) {
    if (samples == nullptr) return;
    const ScratchModel scratch(candidate.made.model);
    try {
      const Session session(scratch.path(), session_options());
      candidate.errors = compare_outputs(reference(), session, *some_of(*samples, limit), options.runtime.threads);
    } catch (const Error& error) {
      throw scratch.renamed(error, options.output.path);
    }
  }

  /// The quantizer knows no files: what it says of the model gets the file's name in front.
  template <class Work>
  auto with_place(Work work) const {
    try {
      return work();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      throw Error(error.kind(), options.model.string() + ": " + error.message(), error.hint());
    }
  }

  Candidate make(const QuantizeMethod& method, const std::set<std::string>& keep_float) const {
    return with_place([&]() -> Candidate {
      if (options.dynamic) return {quantize_dynamic(model, options.exclude, keep_float, target_of(options)), method, {}, {}};
      const QuantizationPlan chosen = plan(method.attention, keep_float);
      auto ranges = given != nullptr ? given->tensors : choose_ranges(model.graph(), chosen, statistics, {method.range, options.percentile});
      QuantizedModel made = quantize_static(model, chosen, ranges, target_of(options));
      return {std::move(made), method, {}, std::move(ranges)};
    });
  }

  Evaluation judge(const Session& session, const Task& task) const { return evaluate(session, task, options.runtime.batch, options.runtime.threads); }

  /// Operators that are quantized in `candidate`, the one that alone does the most harm first.
  std::vector<std::string> by_sensitivity(const Candidate& candidate) {
    std::set<std::string> all;
    for (const QuantizedLayer& layer : candidate.made.layers) {
      if (layer.form != "float") all.insert(layer.name);
    }
    std::vector<std::pair<double, std::string>> ranked;
    for (const std::string& name : all) {
      output.progress("measuring sensitivity", ranked.size(), all.size());
      std::set<std::string> others = all;
      others.erase(name);
      Candidate alone = make(candidate.method, others);
      compare(alone, most_for_sensitivity);
      ranked.emplace_back(worst_sqnr_db(alone.errors), name);
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> names;
    for (const auto& [sqnr, name] : ranked) names.push_back(name);
    return names;
  }

 private:
  std::optional<Session> reference_;
};

QuantizeSearch::QuantizeSearch(const Model& source, const QuantizeOptions& options, const Samples* samples, const RangesFile* ranges, Output& output)
    : state_(std::make_unique<State>(source, options, samples, ranges, output)) {
  if (options.dynamic) return;
  const QuantizationPlan plan = state_->with_place([&] { return state_->plan(ranges == nullptr || ranges->attention, {}); });
  if (ranges != nullptr) check_ranges_plan(*ranges, options.ranges, plan, state_->model.graph());
  if (ranges != nullptr || plan.linear.empty()) return;
  state_->statistics = calibrate(state_->model, options.model, plan, *samples, options.runtime, output);
}

QuantizeSearch::~QuantizeSearch() = default;

Candidate QuantizeSearch::best() {
  std::optional<Candidate> best;
  for (const QuantizeMethod& method : methods_of(state_->options, state_->given)) {
    Candidate candidate = state_->make(method, {});
    if (best && candidate.integer_layers() == 0) continue;
    state_->compare(candidate, most_compared);
    state_->output.detail(
        fmt::format("{}{}: worst output {:.2f} dB", method.name, method.attention ? "" : ", attention in float", worst_sqnr_db(candidate.errors)));
    if (!best || worst_sqnr_db(candidate.errors) > worst_sqnr_db(best->errors)) best = std::move(candidate);
  }
  return std::move(*best);
}

GateResult QuantizeSearch::gate(Candidate& candidate, const Task& task, const DropLimit& limit) {
  const Evaluation before = state_->judge(state_->reference(), task);
  GateResult result;
  result.before = before.metric(task.primary);
  const auto try_candidate = [&] {
    const ScratchModel scratch(candidate.made.model);
    const Evaluation after = state_->judge(Session(scratch.path(), state_->session_options()), task);
    result.after = after.metric(task.primary);
    result.drop = primary_drop(task, before, after);
    result.holds = limit.holds(result.drop);
  };
  try_candidate();
  if (result.holds || state_->samples == nullptr) return result;
  const QuantizeMethod method = candidate.method;
  std::set<std::string> keep_float;
  const std::vector<std::string> ranked = state_->by_sensitivity(candidate);
  for (const std::string& worst : ranked) {
    if (keep_float.size() + 1 == ranked.size()) break;  // with none left in int8 the limit would hold for nothing
    state_->output.note(fmt::format("drop of {} {:.4g} ({:.3g} %) is over the limit: '{}' goes back to float", task.primary, result.drop.absolute,
                                    result.drop.relative * 100, worst));
    keep_float.insert(worst);
    result.returned.push_back(worst);
    candidate = state_->make(method, keep_float);
    try_candidate();
    if (result.holds) break;
  }
  state_->compare(candidate, most_compared);
  return result;
}

}  // namespace iai
