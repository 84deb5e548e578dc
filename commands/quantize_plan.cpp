#include "commands/quantize_plan.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "commands/quantize_ranges.hpp"
#include "commands/quantize_workbench.hpp"
#include "formats/error.hpp"
#include "formats/staged_model.hpp"
#include "quantizer/graph/known_shapes.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "quantizer/quantize/static_int8.hpp"

namespace iai {
namespace {

constexpr std::uint64_t bytes_of_float = 4;
/// A process that opened the runtime and its libraries, and one that did not: measured, with ONNX Runtime 1.32.
constexpr std::uint64_t runtime_bytes = 52'000'000, program_bytes = 22'000'000;
/// Copies of the weights while a static run has the most in memory: the model read, its prepared copy where norms were folded, the
/// source's session and that of the candidate.
constexpr std::uint64_t model_copies = 4;

struct Memory {
  std::uint64_t program = 0, weights = 0, histograms = 0, activations = 0;
  std::uint64_t total() const { return program + weights + histograms + activations; }
};

std::uint64_t size_of(const KnownShapes& shapes, const std::string& tensor) {
  const KnownShapes::Shape* shape = shapes.find(tensor);
  if (shape == nullptr) return 0;
  std::uint64_t count = bytes_of_float;
  for (const std::int64_t size : *shape) {
    if (size > 0 && count > (std::uint64_t{1} << 62) / static_cast<std::uint64_t>(size)) return 0;  // no machine has it
    count *= static_cast<std::uint64_t>(size);
  }
  return count;
}

/// What calibration holds at once: each thread the tensors of one run, and results that wait for their turn (run_samples).
Memory static_memory(const Model& model, const std::vector<std::string>& observed, std::uint64_t model_size, int threads) {
  const KnownShapes shapes(model);
  std::uint64_t whole = 0, watched = 0;
  for (const onnx::NodeProto& node : model.graph().node()) {
    for (const std::string& output : node.output()) whole += size_of(shapes, output);
  }
  for (const std::string& tensor : observed) watched += size_of(shapes, tensor);
  const std::uint64_t runs = threads > 0 ? static_cast<std::uint64_t>(threads) : std::max(1U, std::thread::hardware_concurrency());
  return {runtime_bytes, model_copies * model_size, observed.size() * Observer::bins * sizeof(std::uint64_t), runs * whole + 2 * runs * watched};
}

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

Report memory_report(const Memory& memory) {
  Report report;
  report.add("total", memory.total(), Unit::bytes).add("program", memory.program, Unit::bytes).add("weights", memory.weights, Unit::bytes);
  report.add("histograms", memory.histograms, Unit::bytes).add("activations", memory.activations, Unit::bytes);
  return report;
}

struct Plan {
  std::vector<PlannedLayer> layers;
  Memory memory;
};

Plan make_plan(const QuantizeOptions& options) {
  Model model = read_checked_model(options.model);
  const std::uint64_t model_size = model_bytes(options.model);
  raise_opset(model, options.model);
  model = prepared(std::move(model));
  if (options.dynamic) return {plan_dynamic(model, options.exclude), {program_bytes, 2 * model_size, 0, 0}};
  infer_shapes(model);
  if (options.ranges.empty()) {
    const QuantizationPlan plan = plan_quantization(model, plan_options(options, nullptr, true));
    return {plan_static(model, plan), static_memory(model, plan.observed(), model_size, options.runtime.threads)};
  }
  const RangesFile ranges = read_ranges(options.ranges);
  check_ranges_model(ranges, options.ranges, options.model);
  const QuantizationPlan plan = plan_quantization(model, plan_options(options, &ranges, ranges.attention));
  check_ranges_plan(ranges, options.ranges, plan, model.graph());
  return {plan_static(model, plan), {program_bytes, 2 * model_size, 0, 0}};
}

}  // namespace

Report quantize_plan(const QuantizeOptions& options) {
  const Plan plan = [&] {
    try {
      return make_plan(options);
    } catch (const Error& error) {
      const std::string name = options.model.string() + ": ";
      if (error.kind() != ErrorKind::input || error.message().starts_with(name)) throw;
      throw Error(error.kind(), name + error.message(), error.hint());
    }
  }();
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
