#include "commands/quantize_float_report.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "commands/quantize_report.hpp"

namespace iai {
namespace {

/// What rounding does to the operator that makes these tensors, at worst; NaN where it was not measured.
double worst_change_db(const FloatOperator& one, const std::map<std::string, TensorMeasurement>& measured) {
  double worst = std::nan("");
  for (const std::string& output : one.outputs) {
    const auto seen = measured.find(output);
    if (seen != measured.end() && !(seen->second.operator_sqnr_db >= worst)) worst = seen->second.operator_sqnr_db;
  }
  return worst;
}

double largest_activation(const FloatOperator& one, const std::map<std::string, TensorMeasurement>& measured) {
  double largest = std::nan("");
  for (const auto* tensors : {&one.inputs, &one.outputs}) {
    for (const std::string& tensor : *tensors) {
      const auto seen = measured.find(tensor);
      if (seen != measured.end()) largest = std::fmax(largest, static_cast<double>(seen->second.largest));
    }
  }
  return largest;
}

ReportRows operator_rows(const FloatWorkbench& workbench, const FloatCandidate& candidate) {
  ReportRows rows;
  for (const FloatOperator& one : candidate.operators) {
    Report row;
    row.add("layer", one.name).add("operator", one.op_type).add("form", float_form(one, workbench.precision()));
    row.add("largest_activation", largest_activation(one, workbench.measured()));
    row.add("rounding_sqnr", worst_change_db(one, workbench.measured()), Unit::decibels);
    row.add("reason", one.reduced() ? "-" : one.reason.text);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Activations that something in 16 bits reads or makes, and weights that nothing needs in float32.
std::set<std::string> reduced_tensors(const FloatCandidate& candidate) {
  std::set<std::string> reduced, kept;
  for (const FloatOperator& one : candidate.operators) {
    (one.weights_stay ? kept : reduced).insert(one.weights.begin(), one.weights.end());
    if (!one.reduced()) continue;
    reduced.insert(one.inputs.begin(), one.inputs.end());
    reduced.insert(one.outputs.begin(), one.outputs.end());
  }
  for (const std::string& weight : kept) reduced.erase(weight);
  return reduced;
}

struct Totals {
  std::int64_t tensors = 0, elements = 0, clamped = 0, vanished = 0, subnormal = 0;

  void add(const TensorMeasurement& seen) {
    ++tensors;
    elements += seen.elements;
    clamped += seen.clamped;
    vanished += seen.vanished;
    subnormal += seen.subnormal;
  }
  Report report() const {
    Report made;
    return made.add("tensors", tensors).add("elements", elements).add("clamped", clamped).add("vanished", vanished).add("subnormal", subnormal);
  }
};

/// Rounding of all that was measured, then the tensors in which values clamp or vanish.
void add_rounding(Report& report, const FloatWorkbench& workbench, const FloatCandidate& candidate) {
  const bool only_weights = workbench.precision().arithmetic == Arithmetic::float32;
  const std::set<std::string> reduced = reduced_tensors(candidate);
  Totals weights, activations;
  ReportRows rows;
  for (const auto& [tensor, seen] : workbench.measured()) {
    const bool weight = workbench.source().has_initializer(tensor);
    if (!weight && only_weights) continue;
    const bool stays = !reduced.contains(tensor);
    if (!stays) (weight ? weights : activations).add(seen);
    if (seen.clamped + seen.vanished == 0) continue;
    Report row;
    row.add("tensor", tensor).add("kind", weight ? "weight" : "activation").add("form", stays ? "float32" : type_name(workbench.precision().type));
    row.add("largest", static_cast<double>(seen.largest)).add("elements", seen.elements).add("clamped", seen.clamped).add("vanished", seen.vanished);
    row.add("subnormal", seen.subnormal);
    rows.push_back(std::move(row));
  }
  report.add("rounded_weights", weights.report());
  if (!only_weights) report.add("rounded_activations", activations.report());
  report.add("affected_tensors", std::move(rows));
}

}  // namespace

std::string float_form(const FloatOperator& one, const PrecisionOptions& precision) {
  if (one.reduced() && precision.arithmetic == Arithmetic::reduced) return type_name(precision.type);
  return one.weights.empty() || one.weights_stay ? "float32" : type_name(precision.type) + " weights";
}

Report float_report(const QuantizeOptions& options, const FloatWorkbench& workbench, const FloatCandidate& candidate, std::uint64_t before, std::uint64_t after,
                    std::int64_t samples) {
  const PrecisionOptions& precision = workbench.precision();
  const std::string type = type_name(precision.type);
  const bool only_weights = precision.arithmetic == Arithmetic::float32;
  const auto islands = std::count_if(candidate.operators.begin(), candidate.operators.end(), [](const FloatOperator& one) {
    return one.reason.word == "range" || one.reason.word == "digits" || one.reason.word == "feeds" || one.reason.word == "outputs";
  });
  Report report("iai.quantize/1");
  std::string line = fmt::format("{}: {} -> {}, {} of {} operators {} {}", options.output.path.filename().string(), human_bytes(static_cast<double>(before)),
                                 human_bytes(static_cast<double>(after)), candidate.reduced_operators(), candidate.operators.size(),
                                 only_weights ? "with weights in" : "in", type);
  if (islands > 0) line += fmt::format(", {} in float32 for what was measured", islands);
  if (!candidate.errors.empty()) line += fmt::format("; worst output {:.1f} dB from the source", worst_sqnr_db(candidate.errors));
  else line += "; activations were not measured";
  report.headline(line);
  report.add("model", options.output.path.string()).add("source", options.model.string());
  report.add("form", type).add("method", "nearest").add("arithmetic", only_weights ? "float32" : type).add("io", options.floats.io);
  if (options.random_calibration) report.add("calibration", "random");
  report.add("calibration_samples", samples);
  report.add("size_before", before, Unit::bytes).add("size_after", after, Unit::bytes);
  report.add("size_ratio", static_cast<double>(after) / static_cast<double>(before));
  report.add("quantized_layers", candidate.reduced_operators());
  report.add("float_layers", static_cast<std::int64_t>(candidate.operators.size()) - candidate.reduced_operators());
  report.add("casts", candidate.lowered.casts);
  add_rounding(report, workbench, candidate);
  return report.add("outputs", output_rows(candidate.errors)).add("layers", operator_rows(workbench, candidate));
}

}  // namespace iai
