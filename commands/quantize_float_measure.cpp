#include "commands/quantize_float_measure.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "commands/calibration.hpp"
#include "commands/quantize_memory.hpp"
#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "evaluator/data/exact_sum.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/decibels.hpp"
#include "formats/staged_model.hpp"
#include "quantizer/precision/activation_rounding.hpp"
#include "quantizer/precision/emulation.hpp"

namespace iai {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TensorMeasurement measurement_of(const ActivationRounding& seen) {
  return {seen.elements, seen.clamped, seen.vanished, seen.subnormal, seen.largest, decibels(seen.signal, seen.noise), std::nan("")};
}

/// What one tensor showed in all samples, whatever their order.
class TensorSums {
 public:
  void add(const TensorView& values, ElementType type) {
    const ActivationRounding seen = rounding_of(aligned_floats(values), type);
    const std::lock_guard lock(mutex_);
    sum_.elements += seen.elements;
    sum_.clamped += seen.clamped;
    sum_.vanished += seen.vanished;
    sum_.subnormal += seen.subnormal;
    sum_.largest = std::max(sum_.largest, seen.largest);
    signal_.add(seen.signal);
    noise_.add(seen.noise);
  }

  /// @param twin  what the operator makes of rounded inputs
  void compare(const TensorView& values, const TensorView& twin) {
    const std::span<const float> exact = aligned_floats(values), made = aligned_floats(twin);
    double noise = 0;
    bool broken = exact.size() != made.size();
    for (std::size_t i = 0; i < exact.size() && !broken; ++i) {
      if (!std::isfinite(exact[i])) continue;
      const double difference = static_cast<double>(made[i]) - static_cast<double>(exact[i]);
      broken = !std::isfinite(made[i]);
      noise += difference * difference;
    }
    const std::lock_guard lock(mutex_);
    compared_ = true;
    broken_ = broken_ || broken;
    if (!broken) moved_.add(noise);
  }

  TensorMeasurement result() const {
    ActivationRounding all = sum_;
    all.signal = signal_.value();
    all.noise = noise_.value();
    TensorMeasurement made = measurement_of(all);
    if (compared_) made.operator_sqnr_db = broken_ ? -infinity : decibels(all.signal, moved_.value());
    return made;
  }

 private:
  std::mutex mutex_;
  ActivationRounding sum_;
  ExactSum signal_, noise_, moved_;
  bool compared_ = false, broken_ = false;
};

/// Activations that reduced operators read or make, and what others make of weights that become 16-bit.
std::vector<std::string> watched_tensors(const std::vector<FloatOperator>& operators) {
  std::set<std::string> tensors;
  for (const FloatOperator& one : operators) {
    if (!one.weights_stay) tensors.insert(one.outputs.begin(), one.outputs.end());
    if (one.reduced()) tensors.insert(one.inputs.begin(), one.inputs.end());
  }
  return {tensors.begin(), tensors.end()};
}

/// Those that make one of `tensors`, which are sorted.
std::vector<FloatOperator> makers_of(const std::vector<std::string>& tensors, const std::vector<FloatOperator>& operators) {
  std::vector<FloatOperator> makers;
  for (const FloatOperator& one : operators) {
    const bool any = std::any_of(one.outputs.begin(), one.outputs.end(),
                                 [&](const std::string& output) { return std::binary_search(tensors.begin(), tensors.end(), output); });
    if (any) makers.push_back(one);
  }
  return makers;
}

void measure_group(const Model& source, const std::vector<std::string>& tensors, const std::vector<FloatOperator>& operators, const PrecisionOptions& precision,
                   const ActivationMeasurement& how, const std::function<void()>& step, std::map<std::string, TensorMeasurement>& measured) {
  const ModelWithTwins both = with_twins(source, makers_of(tensors, operators), precision);
  std::vector<std::string> outputs = tensors;
  std::vector<std::size_t> compared;  // tensors with a twin: outputs behind the tensors, in this order
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto twin = both.twins.find(tensors[i]);
    if (twin == both.twins.end()) continue;
    compared.push_back(i);
    outputs.push_back(twin->second);
  }
  std::vector<TensorSums> sums(tensors.size());
  const ScratchModel scratch(with_outputs(both.model, outputs));
  try {
    const Session session(scratch.path(), unfused(how.runtime));
    std::int64_t before = 0;
    visit_samples(
        session, how.samples, how.runtime.threads,
        [&](std::span<const TensorView> values) {
          for (std::size_t i = 0; i < tensors.size(); ++i) sums[i].add(values[i], precision.type);
          for (std::size_t i = 0; i < compared.size(); ++i) sums[compared[i]].compare(values[compared[i]], values[tensors.size() + i]);
        },
        [&](std::int64_t samples) {
          for (; before < samples; ++before) step();
        });
  } catch (const Error& error) {
    throw scratch.renamed(error, how.file);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) measured.emplace(tensors[i], sums[i].result());
}

}  // namespace

std::map<std::string, TensorMeasurement> measure_weights(const Model& source, const std::vector<FloatOperator>& operators, ElementType type) {
  std::map<std::string, TensorMeasurement> measured;
  for (const FloatOperator& one : operators) {
    if (one.weights_stay) continue;
    for (const std::string& weight : one.weights) {
      if (!measured.contains(weight)) measured.emplace(weight, measurement_of(rounding_of(to_floats(*source.initializer(weight)), type)));
    }
  }
  return measured;
}

std::map<std::string, TensorMeasurement> measure_activations(const Model& source, const std::vector<FloatOperator>& operators,
                                                             const PrecisionOptions& precision, const ActivationMeasurement& how) {
  std::map<std::string, TensorMeasurement> measured;
  const std::vector<std::string> watched = watched_tensors(operators);
  if (watched.empty()) return measured;
  std::vector<std::vector<std::string>> groups{watched};
  constexpr std::uint64_t copies = 2;  // of each tensor: as its operator makes it and as the twin does
  if (how.max_memory > 0) groups = groups_within(how.max_memory, source, watched, model_bytes(how.file), how.runtime.threads, copies);
  const std::uint64_t total = groups.size() * static_cast<std::uint64_t>(how.samples.count());
  std::uint64_t done = 0;
  const std::function<void()> step = [&] { how.output.progress("measuring activations", ++done, total); };
  for (const std::vector<std::string>& group : groups) measure_group(source, group, operators, precision, how, step, measured);
  return measured;
}

}  // namespace iai
