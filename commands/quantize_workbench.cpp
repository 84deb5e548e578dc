#include "commands/quantize_workbench.hpp"

#include <algorithm>

#include "commands/scratch_model.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/opset.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/static_int8.hpp"

namespace iai {

namespace {

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

/// The quantizer knows no files: what it says of the model gets the file's name in front.
template <class Work>
auto with_place(const std::filesystem::path& model, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    throw Error(error.kind(), model.string() + ": " + error.message(), error.hint());
  }
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

QuantizeWorkbench::QuantizeWorkbench(const Model& source, const QuantizeOptions& options, const Samples* samples, const RangesFile* ranges, Output& output)
    : options_(options), samples_(samples), given_(ranges), output_(output), model_(prepared(source)), inferred_(with_shapes(model_)) {
  if (options.dynamic) return;
  const QuantizationPlan whole = with_place(options.model, [&] { return plan(ranges == nullptr || ranges->attention, {}); });
  if (ranges != nullptr) check_ranges_plan(*ranges, options.ranges, whole, model_.graph());
  if (ranges != nullptr || whole.linear.empty()) return;
  statistics_ = calibrate(model_, options.model, whole, *samples, options.runtime, output);
}

QuantizationPlan QuantizeWorkbench::plan(bool attention, std::set<std::string> keep_float) const {
  return plan_quantization(inferred_, plan_options(options_, given_, attention, std::move(keep_float)));
}

Candidate QuantizeWorkbench::make(const QuantizeMethod& method, const std::set<std::string>& keep_float) const {
  return with_place(options_.model, [&]() -> Candidate {
    if (options_.dynamic) return {quantize_dynamic(model_, options_.exclude, keep_float, target_of(options_)), method, {}, {}};
    const QuantizationPlan chosen = plan(method.attention, keep_float);
    auto ranges = given_ != nullptr ? given_->tensors : choose_ranges(model_.graph(), chosen, statistics_, {method.range, options_.percentile});
    QuantizedModel made = quantize_static(model_, chosen, ranges, target_of(options_));
    return {std::move(made), method, {}, std::move(ranges)};
  });
}

void QuantizeWorkbench::compare(Candidate& candidate, std::int64_t limit) {
  if (samples_ == nullptr) return;
  const ScratchModel scratch(candidate.made.model);
  try {
    const Session session(scratch.path(), session_options());
    candidate.errors = compare_outputs(reference(), session, *some_of(*samples_, limit), options_.runtime.threads);
  } catch (const Error& error) {
    throw scratch.renamed(error, options_.output.path);
  }
}

Evaluation QuantizeWorkbench::judge(const Candidate& candidate, const Task& task) const {
  const ScratchModel scratch(candidate.made.model);
  return judge(Session(scratch.path(), session_options()), task);
}

const Session& QuantizeWorkbench::reference() {
  if (!reference_) reference_.emplace(options_.model, session_options());
  return *reference_;
}

}  // namespace iai
