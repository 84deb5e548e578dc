#include "commands/quantize_float_plan.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/quantize_float_report.hpp"
#include "commands/quantize_inputs.hpp"
#include "commands/quantize_memory.hpp"
#include "commands/quantize_plan.hpp"
#include "commands/quantize_workbench.hpp"
#include "commands/transformation.hpp"
#include "quantizer/quantize/plan.hpp"

namespace iai {
namespace {

/// Bytes of weights, each once.
struct WeightBytes {
  std::uint64_t before = 0, after = 0;
};

WeightBytes weights_of(const Model& model, const FloatOperator& one, const std::set<std::string>& kept, std::set<std::string>& counted) {
  WeightBytes bytes;
  for (const std::string& weight : one.weights) {
    if (!counted.insert(weight).second) continue;
    const std::uint64_t size = model.initializer(weight)->bytes.size();
    bytes.before += size;
    bytes.after += kept.contains(weight) ? size : size / 2;
  }
  return bytes;
}

QuantizeMemory memory_of(const Model& model, const std::vector<FloatOperator>& operators, const QuantizeOptions& options, std::uint64_t model_size) {
  if (!names_inputs(options)) return memory_without_runs(model_size);
  std::vector<std::string> made;
  for (const FloatOperator& one : operators) {
    if (one.reduced()) made.insert(made.end(), one.outputs.begin(), one.outputs.end());
  }
  QuantizeMemory memory = memory_of_calibration(model, made, model_size, options.runtime.threads);
  memory.histograms = 0;
  memory.activations *= 2;  // the twins
  return memory;
}

}  // namespace

Report float_plan(const QuantizeOptions& options) {
  Model model = prepared(read_checked_model(options.model));
  refuse_quantized(model);
  check_patterns(model.graph(), options.exclude, "--exclude");
  infer_shapes(model);
  const PrecisionOptions precision = precision_options(options);
  const std::vector<FloatOperator> operators = float_operators(model, precision);
  const std::set<std::string> kept = with_operators(precision, operators).float32_weights;
  WeightBytes all;
  std::set<std::string> counted;
  ReportRows rows;
  for (const FloatOperator& one : operators) {
    std::set<std::string> own;
    const WeightBytes bytes = weights_of(model, one, kept, own), once = weights_of(model, one, kept, counted);
    all.before += once.before;
    all.after += once.after;
    Report row;
    row.add("layer", one.name).add("operator", one.op_type).add("form", float_form(one, precision));
    row.add("before", bytes.before, Unit::bytes).add("after", bytes.after, Unit::bytes);
    row.add("reason", one.reduced() ? "-" : std::string(one.reason.word)).add("explanation", one.reduced() ? "-" : one.reason.text);
    rows.push_back(std::move(row));
  }
  const auto reduced = static_cast<std::uint64_t>(std::count_if(operators.begin(), operators.end(), [](const FloatOperator& one) { return one.reduced(); }));
  const std::string type = type_name(precision.type);
  Report report("iai.quantize-plan/1");
  report.headline(
      fmt::format("{}: {} of {} operators would be {}, less those that do not fit when they are measured, their weights {} -> {}; nothing was run or written",
                  options.model.filename().string(), reduced, operators.size(), type, human_bytes(static_cast<double>(all.before)),
                  human_bytes(static_cast<double>(all.after))));
  const std::uint64_t size = model_bytes(options.model);
  report.add("source", options.model.string()).add("form", type);
  report.add("size_before", size, Unit::bytes).add("weights_before", all.before, Unit::bytes).add("weights_after", all.after, Unit::bytes);
  report.add("quantized_layers", reduced).add("float_layers", static_cast<std::uint64_t>(operators.size()) - reduced);
  return report.add("peak_memory", memory_report(memory_of(model, operators, options, size))).add("layers", std::move(rows));
}

}  // namespace iai
