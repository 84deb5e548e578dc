#include "quantizer/precision/islands.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "quantizer/precision/activation_rounding.hpp"

namespace iai {
namespace {

/// They round nothing, so what they read has to come in float32 where their readers need it.
bool only_moves(const FloatOperator& one) {
  static constexpr std::array<std::string_view, 13> types{"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Gather",
                                                          "Split",   "Concat",    "Expand",  "Tile",    "Identity",  "Pad"};
  return std::find(types.begin(), types.end(), one.op_type) != types.end();
}

/// Makers of what `reader` reads compute in float32 too, else it would read what was rounded.
void keep_makers(std::vector<FloatOperator>& operators, const FloatOperator& reader, const std::string& of) {
  for (FloatOperator& maker : operators) {
    if (maker.node >= reader.node) return;  // a graph is in order
    for (const std::string& output : maker.outputs) {
      if (!maker.reduced() || std::find(reader.inputs.begin(), reader.inputs.end(), output) == reader.inputs.end()) continue;
      maker.weights_stay = true;
      maker.reason = {"feeds", fmt::format("makes '{}' for '{}'", output, of)};
      if (only_moves(maker)) keep_makers(operators, maker, of);
    }
  }
}

/// Why an activation must not be rounded; none: it may be.
FloatReason activation_fault(const std::string& tensor, const TensorMeasurement& seen, ElementType type) {
  if (seen.clamped > 0) return {"range", fmt::format("'{}' reaches {:.4g}, over {:.4g}", tensor, seen.largest, largest_of(type))};
  if (seen.largest > largest_safe(type)) return {"range", fmt::format("'{}' reaches {:.4g}, near {:.4g}", tensor, seen.largest, largest_of(type))};
  if (seen.rounding_sqnr_db >= least_sqnr_db(type)) return {};
  return {"range", fmt::format("'{}' is too small: rounding leaves {:.1f} dB of it", tensor, seen.rounding_sqnr_db)};
}

FloatReason weight_fault(const std::string& tensor, const TensorMeasurement& seen, ElementType type) {
  if (seen.clamped > 0) return {"range", fmt::format("'{}' reaches {:.4g}, over {:.4g}", tensor, seen.largest, largest_of(type))};
  if (seen.elements == 0 || seen.vanished < seen.elements) return {};
  return {"range", fmt::format("'{}' would become 0", tensor)};
}

/// The first fault that `judge` finds among the tensors that were measured.
template <class Judge>
FloatReason first_fault(const std::vector<std::string>& tensors, const std::map<std::string, TensorMeasurement>& measured, Judge judge) {
  for (const std::string& tensor : tensors) {
    const auto seen = measured.find(tensor);
    if (seen == measured.end()) continue;
    if (FloatReason fault = judge(tensor, seen->second); !fault.none()) return fault;
  }
  return {};
}

FloatReason fault_of(const FloatOperator& one, const std::map<std::string, TensorMeasurement>& measured, const PrecisionOptions& options) {
  const auto of_activation = [&](const std::string& tensor, const TensorMeasurement& seen) { return activation_fault(tensor, seen, options.type); };
  const auto of_weight = [&](const std::string& tensor, const TensorMeasurement& seen) { return weight_fault(tensor, seen, options.type); };
  const auto of_output = [&](const std::string& tensor, const TensorMeasurement& seen) {
    if (!(seen.operator_sqnr_db < least_sqnr_db(options.type))) return FloatReason();
    return FloatReason{"digits", fmt::format("rounded inputs leave {:.1f} dB of '{}'", seen.operator_sqnr_db, tensor)};
  };
  FloatReason fault = first_fault(one.weights, measured, of_weight);
  if (one.reduced() && options.arithmetic == Arithmetic::reduced) {
    if (fault.none()) fault = first_fault(one.inputs, measured, of_activation);
    if (fault.none()) fault = first_fault(one.outputs, measured, of_activation);
  }
  return fault.none() ? first_fault(one.outputs, measured, of_output) : fault;
}

}  // namespace

double least_sqnr_db(ElementType type) { return type == ElementType::bfloat16 ? 34 : 52; }
float largest_safe(ElementType type) { return largest_of(type) / 2; }

void choose_islands(std::vector<FloatOperator>& operators, const std::map<std::string, TensorMeasurement>& measured, const PrecisionOptions& options) {
  for (FloatOperator& one : operators) {
    FloatReason fault = fault_of(one, measured, options);
    if (fault.none()) continue;
    one.weights_stay = true;
    if (one.reduced()) one.reason = std::move(fault);
  }
  if (options.arithmetic == Arithmetic::float32) return;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    if (operators[i].reason.word == "digits") keep_makers(operators, operators[i], operators[i].name);
  }
}

void keep_operator(std::vector<FloatOperator>& operators, std::size_t which, FloatReason reason, const PrecisionOptions& options) {
  operators[which].weights_stay = true;
  operators[which].reason = std::move(reason);
  if (options.arithmetic == Arithmetic::reduced) keep_makers(operators, operators[which], operators[which].name);
}

PrecisionOptions with_operators(PrecisionOptions options, const std::vector<FloatOperator>& operators) {
  options.subgraphs = Subgraphs::left;
  for (const FloatOperator& one : operators) {
    if (!one.reduced()) options.float32_nodes.insert(one.node);
    if (one.weights_stay) options.float32_weights.insert(one.weights.begin(), one.weights.end());
  }
  return options;
}

}  // namespace iai
