#include "commands/quantize_report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace iai {

namespace {

ReportRows layer_rows(const std::vector<QuantizedLayer>& layers, const std::string& target) {
  ReportRows rows;
  for (const QuantizedLayer& layer : layers) {
    Report row;
    row.add("layer", layer.name).add("operator", layer.op_type).add("form", layer.form);
    row.add("weight_sqnr", layer.weight_sqnr_db, Unit::decibels).add("input_sqnr", layer.input_sqnr_db, Unit::decibels);
    row.add("clipped", layer.clipped_share, Unit::share);
    if (target == "cpu-avx2") row.add("pairs_at_risk", layer.risk.pairs).add("channels_at_risk", layer.risk.channels);
    row.add("reason", layer.reason.empty() ? "-" : layer.reason);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

ReportRows output_rows(const std::vector<OutputError>& errors) {
  ReportRows rows;
  for (const OutputError& error : errors) {
    Report row;
    row.add("output", error.output).add("sqnr", error.sqnr_db, Unit::decibels).add("cosine", error.cosine);
    row.add("max_error", error.max_absolute).add("mean_error", error.mean_absolute).add("samples", error.samples);
    rows.push_back(std::move(row));
  }
  return rows;
}

Report gate_report(const GateResult& gate, const Task& task, const std::string& limit) {
  Report report;
  report.add("metric", task.primary).add("before", gate.before.value).add("after", gate.after.value);
  report.add("before_low", gate.before.low).add("before_high", gate.before.high).add("after_low", gate.after.low).add("after_high", gate.after.high);
  report.add("drop", gate.drop.absolute).add("relative_drop", gate.drop.relative, Unit::share);
  report.add("limit", limit.empty() ? "none" : limit).add("holds", gate.holds).add("returned_to_float", gate.returned);
  return report;
}

std::string missed_line(const GateResult& gate, const Task& task, const QuantizeOptions& options) {
  return fmt::format("{} is not written: {} drops from {:.4g} to {:.4g} ({:.3g} %), the limit is {}", options.output.path.string(), task.primary,
                     gate.before.value, gate.after.value, gate.drop.relative * 100, options.max_drop);
}

Report quantize_report(const QuantizeOptions& options, const Candidate& candidate, std::uint64_t before, std::uint64_t after, std::int64_t samples,
                       bool random) {
  const std::size_t integers = candidate.integer_layers(), layers = candidate.made.layers.size();
  Report report("iai.quantize/1");
  std::string line = fmt::format("{}: {} -> {}, {} of {} operators with weights in int8", options.output.path.filename().string(),
                                 human_bytes(static_cast<double>(before)), human_bytes(static_cast<double>(after)), integers, layers);
  if (!candidate.errors.empty()) line += fmt::format("; worst output {:.1f} dB from the source", worst_sqnr_db(candidate.errors));
  const auto at_risk =
      std::count_if(candidate.made.layers.begin(), candidate.made.layers.end(), [](const QuantizedLayer& layer) { return layer.risk.pairs > 0; });
  if (options.target == "cpu-avx2") line += fmt::format("; {} kept from saturating", at_risk);
  report.headline(line);
  report.add("model", options.output.path.string()).add("source", options.model.string());
  report.add("form", options.dynamic ? "dynamic int8" : "static int8").add("method", candidate.method.name);
  if (options.target != "generic") report.add("target", options.target);
  if (random) report.add("calibration", "random");
  report.add("calibration_samples", samples);
  report.add("size_before", before, Unit::bytes).add("size_after", after, Unit::bytes);
  report.add("size_ratio", static_cast<double>(after) / static_cast<double>(before));
  report.add("quantized_layers", std::uint64_t{integers}).add("float_layers", std::uint64_t{layers - integers});
  report.add("outputs", output_rows(candidate.errors)).add("layers", layer_rows(candidate.made.layers, options.target));
  return report;
}

RangesFile found_ranges(const QuantizeOptions& options, const Candidate& candidate, const std::optional<GateResult>& gate, const CalibrationSource& calibration,
                        std::int64_t samples) {
  RangesFile file;
  file.model_sha256 = model_digests(options.model);
  file.calibration = calibration_digests(calibration);
  file.random = options.random_calibration;
  file.samples = samples;
  file.method = candidate.method.name;
  file.percentile = options.percentile;
  file.attention = candidate.method.attention;
  file.exclude = options.exclude;
  file.int16 = options.int16;
  if (gate) file.returned = gate->returned;
  std::sort(file.returned.begin(), file.returned.end());
  file.tensors = candidate.ranges;
  file.exponents = candidate.exponents;
  file.biases = candidate.biases;
  return file;
}

}  // namespace iai
