#include "commands/quantize_workbench.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/quantize_corrections.hpp"
#include "commands/quantize_json.hpp"
#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"
#include "quantizer/graph/cost.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/opset.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/static_int8.hpp"

namespace iai {

namespace {

/// So many samples, at most, tell where biases are shifted.
constexpr std::int64_t most_for_correction = 512;

/// About how long the model is as a file.
std::uint64_t stored_bytes(const Model& model) {
  std::uint64_t bytes = model.proto.ByteSizeLong();
  for (const onnx::TensorProto& tensor : model.graph().initializer()) {
    if (const Model::Payload* payload = model.payload(tensor.name())) bytes += payload->bytes.size();
  }
  return bytes;
}

std::unique_ptr<Samples> some_of(const Samples& samples, std::int64_t limit) { return limit_samples(borrow_samples(samples), limit); }

/// At most `limit` samples in an order that their contents alone decide.
std::unique_ptr<Samples> by_content(const Samples& samples, std::int64_t limit) {
  std::vector<std::int64_t> order = order_by_content(samples);
  if (static_cast<std::int64_t>(order.size()) > limit) order.resize(static_cast<std::size_t>(limit));
  return select_samples(borrow_samples(samples), std::move(order));
}

Target target_of(const QuantizeOptions& options) { return target_named(options.target).value_or(Target::generic); }

KeepFloat kept_in_float(const Returned& returned) {
  KeepFloat kept;
  for (const std::string& name : returned.to_float) kept[name] = {"accuracy", "returned to float for the accuracy limit"};
  for (const std::string& name : returned.too_slow) kept[name] = {"slower", "returned to float: int8 took longer"};
  return kept;
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

PlanOptions plan_options(const QuantizeOptions& options, const RangesFile* ranges, bool attention, const Returned& returned, bool stored) {
  PlanOptions how{options.exclude, attention, kept_in_float(returned), options.int16, returned.to_int16, stored};
  if (ranges == nullptr) return how;
  how.exclude.insert(how.exclude.end(), ranges->exclude.begin(), ranges->exclude.end());
  how.wide.insert(how.wide.end(), ranges->int16.begin(), ranges->int16.end());
  how.keep_float.merge(kept_in_float(ranges->returned));
  how.widened.insert(ranges->returned.to_int16.begin(), ranges->returned.to_int16.end());
  return how;
}

std::size_t Candidate::integer_layers() const {
  return static_cast<std::size_t>(std::count_if(made.layers.begin(), made.layers.end(), [](const QuantizedLayer& layer) { return layer.form != "float"; }));
}

QuantizeWorkbench::QuantizeWorkbench(const Model& source, const QuantizeOptions& options, const Samples* samples, const RangesFile* ranges, Output& output)
    : options_(options),
      samples_(samples),
      compared_(samples),
      given_(ranges),
      output_(output),
      plain_{prepared(source), {}},
      reference_(std::make_shared<std::optional<Session>>()),
      budget_(std::make_shared<SearchBudget>(options.budget_s)),
      memory_(std::make_shared<SearchMemory>()),
      tries_(std::make_shared<Tries>()) {
  plain_.inferred = with_inferred_shapes(plain_.model);
  if (options.dynamic) return;
  const QuantizationPlan whole = with_model_name(options.model, [&] { return plan(plain_, ranges == nullptr || ranges->attention, {}); });
  if (ranges != nullptr) check_ranges_plan(*ranges, options.ranges, whole, plain_.model.graph());
}

QuantizeWorkbench::QuantizeWorkbench(const QuantizeWorkbench& whole, const Samples& calibration, const Samples& judged)
    : options_(whole.options_),
      samples_(&calibration),
      compared_(&judged),
      given_(whole.given_),
      output_(whole.output_),
      plain_{whole.plain_.model, whole.plain_.inferred},
      reference_(whole.reference_),
      budget_(whole.budget_),
      memory_(whole.memory_),
      tries_(whole.tries_) {}

QuantizationPlan QuantizeWorkbench::plan(const Calibrated& form, bool attention, const Returned& returned, bool stored) const {
  return plan_quantization(form.inferred, plan_options(options_, given_, attention, returned, stored));
}

bool QuantizeWorkbench::has_attention() const {
  const QuantizationPlan whole = plan(plain_, true, {});
  return std::any_of(whole.linear.begin(), whole.linear.end(), [](const LinearNode& linear) { return !linear.other.empty(); });
}

bool QuantizeWorkbench::has_stored() const { return !plan(plain_, true, {}).stored.empty(); }

const RecurrentMomentsByOperator& QuantizeWorkbench::moments(Calibrated& form) {
  if (form.moments) return *form.moments;
  // A file of ranges does not hold them: what it makes again must not need them.
  if (samples_ == nullptr || given_ != nullptr || !options_.ranges_out.empty()) return form.moments.emplace();
  const QuantizationPlan whole = plan(form, true, {});
  if (whole.stored.empty()) return form.moments.emplace();  // the order of the samples takes a reading of all
  return form.moments.emplace(observe_moments(form.model, options_.model, whole, *by_content(*samples_, most_for_correction), options_.runtime, output_));
}

void QuantizeWorkbench::calibrate_form(Calibrated& form) {
  if (form.calibrated || given_ != nullptr || samples_ == nullptr) return;
  const bool histograms = (options_.method != "min-max" && options_.method != "mean-min-max") || !options_.html.empty();
  const CalibrationLimits limits{histograms, options_.max_memory};
  form.statistics = calibrate(form.model, options_.model, plan(form, true, {}), *samples_, options_.runtime, limits, output_);
  form.calibrated = true;
}

const ChannelExponents& QuantizeWorkbench::exponents() {
  if (exponents_) return *exponents_;
  if (given_ != nullptr) return exponents_.emplace(given_->exponents);
  calibrate_form(plain_);
  return exponents_.emplace(choose_exponents(plain_.model, plan(plain_, true, {}), plain_.statistics));
}

QuantizeWorkbench::Calibrated& QuantizeWorkbench::form(bool equalized) {
  if (!equalized) {
    calibrate_form(plain_);
    return plain_;
  }
  if (equalized_) return *equalized_;
  Calibrated made{plain_.model, {}};
  apply_exponents(made.model, plan(plain_, true, {}), exponents());
  made.inferred = with_inferred_shapes(made.model);
  calibrate_form(made);
  return equalized_.emplace(std::move(made));
}

std::vector<std::pair<std::string, RangeMethod>> QuantizeWorkbench::other_ranges(const QuantizeMethod& method) {
  const Calibrated& source = form(method.equalized);
  std::vector<std::pair<std::string, RangeMethod>> others;
  for (const std::string& tensor : plan(source, method.attention, {}).sources()) {
    const RangeChoice choice{method.range, options_.percentile, method.own, form_of(target_of(options_)).activations};
    for (const RangeMethod other : other_methods(source.model.graph(), tensor, source.statistics.at(tensor), choice, source.chosen))
      others.emplace_back(tensor, other);
  }
  return others;
}

std::optional<double> QuantizeWorkbench::comparison_cost(std::int64_t limit) const {
  if (compared_ == nullptr) return std::nullopt;
  return run_cost(2 * std::min(limit, compared_->count()));
}

std::optional<double> QuantizeWorkbench::run_cost(std::int64_t runs) const {
  // What an operator takes besides multiplying, in multiply-accumulates of one core: when a model is made and opened, and in each run.
  constexpr double opening = 2e5, running = 5e3;
  const auto multiplications = count_cost(plain_.model).multiply_accumulates();
  if (!multiplications) return std::nullopt;
  const auto operators = static_cast<double>(plain_.model.graph().node_size());
  return operators * opening + static_cast<double>(runs) * (operators * running + static_cast<double>(*multiplications));
}

std::map<std::string, TensorRange> QuantizeWorkbench::ranges_of(const Calibrated& form, const QuantizationPlan& chosen, const QuantizeMethod& method) const {
  if (given_ != nullptr) return given_->tensors;
  return choose_ranges(form.model.graph(), chosen, form.statistics, {method.range, options_.percentile, method.own, form_of(target_of(options_)).activations},
                       form.chosen);
}

const ProductsByOperator& QuantizeWorkbench::products(const QuantizeMethod& method, const std::set<std::string>& to_int16, const Calibrated& form) {
  static const ProductsByOperator none;
  if (method.rounding != Rounding::adaptive) return none;
  const std::pair wanted(method, to_int16);
  if (products_for_ == wanted) return products_;
  const QuantizationPlan whole = plan(form, method.attention, {{}, to_int16});
  products_ = wanted_products(form.model, whole, ranges_of(form, whole, method), target_of(options_));
  observe_products(form.model, options_.model, whole, *samples_, options_.runtime, output_, products_);
  products_for_ = wanted;
  return products_;
}

std::optional<double> QuantizeWorkbench::correction_cost() const {
  const auto one = samples_ == nullptr ? std::nullopt : run_cost(std::min(most_for_correction, samples_->count()));
  if (!one) return std::nullopt;
  return static_cast<double>(bias_places(plain_.model).size()) * *one;
}

const Model& QuantizeWorkbench::corrected_model(const QuantizeMethod& method, const Returned& returned, Calibrated& form) {
  const std::pair wanted(method, returned);
  if (corrected_for_ == wanted) return *corrected_;
  if (given_ != nullptr) {
    corrected_ = form.model;
    set_biases(*corrected_, given_->biases);
    corrected_for_ = wanted;
    return *corrected_;
  }
  const QuantizationPlan whole = plan(form, method.attention, returned, method.stored);
  const auto ranges = ranges_of(form, whole, method);
  const ProductsByOperator& observed = products(method, returned.to_int16, form);
  const RecurrentMomentsByOperator& states = moments(form);
  const auto quantize = [&](const Model& model) { return quantize_static(model, whole, ranges, target_of(options_), observed, states).model; };
  const auto samples = by_content(*samples_, most_for_correction);
  corrected_ = corrected(form.model, quantize, {*samples, options_.runtime, output_});
  corrected_for_ = wanted;
  return *corrected_;
}

Candidate QuantizeWorkbench::make(const QuantizeMethod& method, const Returned& returned) {
  return with_model_name(options_.model, [&]() -> Candidate {
    if (options_.dynamic)
      return {quantize_dynamic(plain_.model, options_.exclude, kept_in_float(returned), target_of(options_)), method, {}, {}, {}, {}, returned};
    Calibrated& source = form(method.equalized);
    const QuantizationPlan chosen = plan(source, method.attention, returned, method.stored);
    auto ranges = ranges_of(source, chosen, method);
    const ProductsByOperator& observed = products(method, returned.to_int16, source);
    const Model& model = method.corrected ? corrected_model(method, returned, source) : source.model;
    QuantizedModel made = quantize_static(model, chosen, ranges, target_of(options_), observed, moments(source));
    return {std::move(made),
            method,
            {},
            std::move(ranges),
            method.equalized ? exponents() : ChannelExponents(),
            method.corrected ? changed_biases(source.model, model) : Biases(),
            returned};
  });
}

void QuantizeWorkbench::remember(const Candidate& candidate, std::string what, std::optional<double> metric) {
  QuantizeTry one{std::move(what), stored_bytes(candidate.made.model), worst_sqnr_db(candidate.errors), candidate.integer_layers(), metric};
  if (tries_->clock) one.latency_ratio = tries_->clock(candidate);
  tries_->all.push_back(std::move(one));
}

void QuantizeWorkbench::keep(const std::string& what, std::optional<double> metric) {
  for (QuantizeTry& one : tries_->all) {
    one.kept = one.what == what;
    if (one.kept && metric) one.metric = metric;
  }
}

std::map<std::string, SaturationRisk> QuantizeWorkbench::saturation_risks(const Candidate& candidate) {
  std::map<std::string, SaturationRisk> risks;
  const Target target = target_of(options_);
  if (options_.dynamic || (target != Target::generic && target != Target::cpu_vnni)) return risks;
  Returned returned = candidate.returned;
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (layer.form == "float") returned.to_float.insert(layer.name);
  }
  const Calibrated& source = form(candidate.method.equalized);
  const QuantizationPlan chosen = plan(source, candidate.method.attention, returned);
  const QuantizedModel there = quantize_static(source.model, chosen, ranges_of(source, chosen, candidate.method), Target::cpu_avx2);
  for (const QuantizedLayer& layer : there.layers) {
    if (layer.form != "float") risks[layer.name] = layer.risk;
  }
  return risks;
}

const std::map<std::string, TensorStatistics>& QuantizeWorkbench::seen(const QuantizeMethod& method) {
  if (!options_.dynamic) form(method.equalized);
  Calibrated& whole = method.equalized && equalized_ ? *equalized_ : plain_;
  if (given_ == nullptr || whole.calibrated || samples_ == nullptr) return whole.statistics;
  // Ranges that are given were made elsewhere: how they suit what is seen here shows only when it is watched.
  whole.statistics =
      calibrate(whole.model, options_.model, plan(whole, method.attention, {}), *samples_, options_.runtime, {true, options_.max_memory}, output_);
  whole.calibrated = true;
  return whole.statistics;
}

std::unique_ptr<Samples> QuantizeWorkbench::compared_samples(std::int64_t limit) const { return compared_ == nullptr ? nullptr : some_of(*compared_, limit); }

Json QuantizeWorkbench::key(const std::string& what, const QuantizeMethod& method, const Returned& returned) const {
  return {{"what", what}, {"on_part", compared_ != samples_}, {"method", method_to_json(method)}, {"returned", returned_to_json(returned)}};
}

void QuantizeWorkbench::compare(Candidate& candidate, std::int64_t limit) {
  if (compared_ == nullptr) return;
  candidate.errors = errors_from_json(memory_->remember(key(fmt::format("errors of {}", limit), candidate.method, candidate.returned),
                                                        [&] { return errors_to_json(run_comparison(candidate, limit)); }));
}

std::vector<OutputError> QuantizeWorkbench::errors(const QuantizeMethod& method, const Returned& returned, std::int64_t limit) {
  if (compared_ == nullptr) return {};
  return errors_from_json(memory_->remember(key(fmt::format("errors of {}", limit), method, returned),
                                            [&] { return errors_to_json(run_comparison(make(method, returned), limit)); }));
}

double QuantizeWorkbench::measured(const std::string& what, const QuantizeMethod& method, const Returned& returned,
                                   const std::function<double(const Candidate&)>& measure) {
  return number_from_json(memory_->remember(key(what, method, returned), [&] { return number_to_json(measure(make(method, returned))); }));
}

std::vector<OutputError> QuantizeWorkbench::run_comparison(const Candidate& candidate, std::int64_t limit) {
  const ScratchModel scratch(candidate.made.model);
  try {
    const Session session(scratch.path(), session_options());
    return expected_.try_emplace(limit, some_of(*compared_, limit), reference()).first->second.outputs.compare(session, options_.runtime.threads);
  } catch (const Error& error) {
    throw scratch.renamed(error, options_.output.path);
  }
}

Evaluation QuantizeWorkbench::judge(const Candidate& candidate, const Task& task, const LabelledSamples& samples) const {
  const ScratchModel scratch(candidate.made.model);
  return judge(Session(scratch.path(), session_options()), task, samples);
}

Answers QuantizeWorkbench::answers(const Candidate& candidate, const Task& task, const LabelledSamples& samples) const {
  const ScratchModel scratch(candidate.made.model);
  return run_answers(Session(scratch.path(), session_options()), task, samples, options_.runtime.batch, options_.runtime.threads);
}

bool QuantizeWorkbench::may_widen() const { return !options_.dynamic && form_of(target_of(options_)).wide; }

const Session& QuantizeWorkbench::reference() {
  if (!*reference_) reference_->emplace(options_.model, session_options());
  return **reference_;
}

}  // namespace iai
