#include "commands/quantize_plan.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "commands/quantize_memory.hpp"
#include "commands/quantize_ranges.hpp"
#include "commands/quantize_workbench.hpp"
#include "commands/transformation.hpp"
#include "formats/error.hpp"
#include "formats/staged_model.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/static_int8.hpp"

namespace iai {
namespace {

ReportRows rows_of(const std::vector<PlannedLayer>& layers) {
  ReportRows rows;
  for (const PlannedLayer& layer : layers) {
    Report row;
    row.add("layer", layer.name).add("operator", layer.op_type).add("form", layer.form);
    row.add("before", bytes_of(layer.before), Unit::bytes).add("after", bytes_of(layer.after), Unit::bytes);
    row.add("reason", layer.reason.none() ? "-" : std::string(layer.reason.word)).add("explanation", layer.reason.none() ? "-" : layer.reason.text);
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Plan {
  std::vector<PlannedLayer> layers;
  QuantizeMemory memory;
};

/// Of the largest group where --max-memory splits the tensors.
QuantizeMemory planned_memory(const Model& model, const std::vector<std::string>& observed, std::uint64_t model_size, const QuantizeOptions& options) {
  const int threads = options.runtime.threads;
  if (options.max_memory == 0) return memory_of_calibration(model, observed, model_size, threads);
  QuantizeMemory largest = memory_of_calibration(model, {}, model_size, threads);
  for (const std::vector<std::string>& group : groups_within(options.max_memory, model, observed, model_size, threads)) {
    const QuantizeMemory memory = memory_of_calibration(model, group, model_size, threads);
    if (memory.total() > largest.total()) largest = memory;
  }
  return largest;
}

Plan make_plan(const QuantizeOptions& options) {
  Model model = read_checked_model(options.model);
  const std::uint64_t model_size = model_bytes(options.model);
  raise_opset(model, options.model);
  model = prepared(std::move(model));
  if (options.dynamic) return {plan_dynamic(model, options.exclude), memory_without_runs(model_size)};
  infer_shapes(model);
  if (options.ranges.empty()) {
    const QuantizationPlan plan = plan_quantization(model, plan_options(options, nullptr, true));
    return {plan_static(model, plan), planned_memory(model, plan.observed(), model_size, options)};
  }
  const RangesFile ranges = read_ranges(options.ranges);
  check_ranges_model(ranges, options.ranges, options.model);
  const QuantizationPlan plan = plan_quantization(model, plan_options(options, &ranges, ranges.attention, {}, ranges.stored));
  check_ranges_plan(ranges, options.ranges, plan, model.graph());
  return {plan_static(model, plan), memory_without_runs(model_size)};
}

}  // namespace

Report memory_report(const QuantizeMemory& memory) {
  Report report;
  report.add("total", memory.total(), Unit::bytes).add("program", memory.program, Unit::bytes).add("weights", memory.weights, Unit::bytes);
  report.add("histograms", memory.histograms, Unit::bytes).add("activations", memory.activations, Unit::bytes);
  return report;
}

Report quantize_plan(const QuantizeOptions& options) {
  const Plan plan = with_model_name(options.model, [&] { return make_plan(options); });
  std::map<std::string, std::uint64_t> before, after;  // each initializer once, in the smallest form that it takes
  for (const PlannedLayer& layer : plan.layers) {
    before.insert(layer.before.begin(), layer.before.end());
    for (const auto& [name, bytes] : layer.after) {
      const auto [known, added] = after.emplace(name, bytes);
      if (!added) known->second = std::min(known->second, bytes);
    }
  }
  const auto integers =
      static_cast<std::uint64_t>(std::count_if(plan.layers.begin(), plan.layers.end(), [](const PlannedLayer& layer) { return layer.form != "float"; }));
  Report report("iai.quantize-plan/1");
  report.headline(fmt::format("{}: {} of {} operators with weights would be int8, their weights {} -> {}; nothing was run or written",
                              options.model.filename().string(), integers, plan.layers.size(), human_bytes(static_cast<double>(bytes_of(before))),
                              human_bytes(static_cast<double>(bytes_of(after)))));
  report.add("source", options.model.string()).add("form", options.dynamic ? "dynamic int8" : "static int8");
  report.add("size_before", model_bytes(options.model), Unit::bytes)
      .add("weights_before", bytes_of(before), Unit::bytes)
      .add("weights_after", bytes_of(after), Unit::bytes);
  report.add("quantized_layers", integers).add("float_layers", static_cast<std::uint64_t>(plan.layers.size()) - integers);
  report.add("peak_memory", memory_report(plan.memory)).add("layers", rows_of(plan.layers));
  return report;
}

}  // namespace iai
