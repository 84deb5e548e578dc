#include "commands/quantize_report.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "commands/transformation.hpp"

namespace iai {

namespace {

/// Where the weight has its scales.
std::string scales_of(const QuantizedLayer& layer) {
  if (layer.weight.empty()) return "-";
  return layer.one_scale ? "one" : fmt::format("axis {}", layer.axis);
}

/// Are there figures of what could be cut on x86-64 without VNNI?
bool counts_risks(const QuantizeOptions& options) {
  const bool measured = (options.layers || !options.html.empty()) && !options.dynamic;
  return options.target == "cpu-avx2" || (measured && (options.target == "generic" || options.target == "cpu-vnni"));
}

ReportRows layer_rows(const std::vector<QuantizedLayer>& layers, bool risks) {
  ReportRows rows;
  for (const QuantizedLayer& layer : layers) {
    Report row;
    row.add("layer", layer.name).add("operator", layer.op_type);
    row.add("shape", layer.shape.empty() ? "-" : fmt::format("{}", fmt::join(layer.shape, "x"))).add("form", layer.form).add("scales", scales_of(layer));
    row.add("weight_sqnr", layer.weight_sqnr_db, Unit::decibels).add("input_sqnr", layer.input_sqnr_db, Unit::decibels);
    row.add("clipped", layer.clipped_share, Unit::share);
    if (risks) row.add("pairs_at_risk", layer.risk.pairs).add("channels_at_risk", layer.risk.channels);
    row.add("reason", layer.reason.empty() ? "-" : layer.reason);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// A tensor that exists as integers, and the layers that read or make it.
struct IntegerTensor {
  std::string name;
  ReportList layers;
};

/// In the order of the layers.
std::vector<IntegerTensor> integer_tensors(const QuantizedModel& made) {
  std::vector<IntegerTensor> tensors;
  std::map<std::string, std::size_t> known;
  const auto add = [&](const std::string& tensor, const std::string& layer) {
    if (!made.activations.contains(tensor)) return;
    const auto [at, added] = known.emplace(tensor, tensors.size());
    if (added) tensors.push_back({tensor, {}});
    ReportList& layers = tensors[at->second].layers;
    if (!layer.empty() && (layers.empty() || layers.back() != layer)) layers.push_back(layer);
  };
  for (const QuantizedLayer& layer : made.layers) {
    for (const std::string& tensor : layer.inputs) add(tensor, layer.name);
    add(layer.result, layer.name);
  }
  for (const auto& [tensor, type] : made.activations) add(tensor, {});
  return tensors;
}

ReportRows activation_rows(const Candidate& candidate) {
  ReportRows rows;
  for (const IntegerTensor& tensor : integer_tensors(candidate.made)) {
    const TensorRange& range = candidate.ranges.at(tensor.name);
    Report row;
    row.add("tensor", tensor.name).add("type", type_name(candidate.made.activations.at(tensor.name)));
    row.add("low", range.range.low).add("high", range.range.high).add("method", std::string(method_name(range.method)));
    row.add("minimum", static_cast<double>(range.minimum)).add("maximum", static_cast<double>(range.maximum));
    row.add("sqnr", range.sqnr_db, Unit::decibels).add("clipped", range.clipped_share, Unit::share);
    row.add("layers", tensor.layers);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportList list_of(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

/// `limit` as the user wrote it, empty: none.
Report gate_report(const GateResult& gate, const Task& task, const std::string& limit) {
  Report report;
  report.add("metric", task.primary).add("before", gate.before.value).add("after", gate.after.value);
  report.add("before_low", gate.before.low).add("before_high", gate.before.high).add("after_low", gate.after.low).add("after_high", gate.after.high);
  report.add("drop", gate.drop.absolute).add("relative_drop", gate.drop.relative, Unit::share);
  report.add("difference", gate.difference.value).add("difference_low", gate.difference.low).add("difference_high", gate.difference.high);
  report.add("limit", limit.empty() ? "none" : limit).add("holds", gate.holds);
  report.add("returned_to_float", list_of(gate.returned.to_float)).add("returned_to_int16", list_of(gate.returned.to_int16)).add("tries", gate.tries);
  if (!gate.in_the_way.empty()) report.add("in_the_way", gate.in_the_way);
  return report;
}

/// The headline where the limit does not hold.
std::string missed_line(const GateResult& gate, const Task& task, const QuantizeOptions& options) {
  return fmt::format("{} is {}: {} drops from {:.4g} to {:.4g} ({:.3g} %), the limit is {}; {}", options.output.path.filename().string(),
                     options.keep_best ? "the nearest miss" : "not written", task.primary, gate.before.value, gate.after.value, gate.drop.relative * 100,
                     options.max_drop, gate.in_the_way);
}

Report speed_report(const SpeedResult& speed, const Returned& returned) {
  Report report;
  report.add("latency_ratio", speed.ratio.value);
  if (speed.ratio.low) report.add("latency_ratio_low", *speed.ratio.low).add("latency_ratio_high", *speed.ratio.high);
  else report.add_null("latency_ratio_low").add_null("latency_ratio_high");
  report.add("holds", speed.holds).add("returned_for_speed", list_of(returned.too_slow));
  if (!speed.in_the_way.empty()) report.add("in_the_way", speed.in_the_way);
  return report;
}

std::string slower_line(const SpeedResult& speed, const QuantizeOptions& options) {
  return fmt::format("{} is {}: {}; a run takes {} times as long", options.output.path.filename().string(),
                     options.keep_best ? "the nearest miss" : "not written", speed.in_the_way, ratio_text(speed.ratio));
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

void add_gate(Report& report, Recording& recording, const GateResult& gate, const Task& task, const QuantizeOptions& options) {
  report.add("gate", gate_report(gate, task, options.max_drop));
  record_drop(recording, gate.before, gate.after, gate.drop);
  if (!gate.holds) report.headline(missed_line(gate, task, options));
}

void add_speed(Report& report, Recording& recording, const SpeedResult& speed, const Returned& returned, const QuantizeOptions& options) {
  report.add("speed", speed_report(speed, returned));
  recording.metric("latency_ratio", speed.ratio.value);
  if (!speed.holds) report.headline(slower_line(speed, options));
}

void record_result(Recording& recording, std::uint64_t before, std::uint64_t after, const std::vector<OutputError>& errors) {
  recording.metric("size_before_bytes", before);
  recording.metric("size_after_bytes", after);
  if (!errors.empty()) recording.metric("sqnr_db", finite_or_null(worst_sqnr_db(errors)));
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
  report.add("outputs", output_rows(candidate.errors)).add("layers", layer_rows(candidate.made.layers, counts_risks(options)));
  if (!options.dynamic) report.add("activations", activation_rows(candidate));
  return report;
}

ReportRows finding_rows(const MeasuredLayers& measured) {
  ReportRows rows;
  for (const LayerFinding& finding : layer_findings(measured.errors)) {
    const LayerError& error = measured.errors[finding.error];
    const auto alone = std::find_if(measured.alone.begin(), measured.alone.end(), [&](const LayerSensitivity& one) { return one.name == error.layer; });
    Report row;
    row.add("layer", error.layer).add("lost", finding.lost_share, Unit::share);
    row.add("layer_sqnr", error.result.error.sqnr_db, Unit::decibels).add("layer_cosine", error.result.error.cosine);
    const bool known = alone != measured.alone.end();
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    row.add("output_sqnr", known ? alone->sqnr_db : unknown, Unit::decibels).add("output_cosine", known ? alone->cosine : unknown);
    if (const auto time = measured.times.find(error.layer); time != measured.times.end()) row.add("time", time->second, Unit::share);
    row.add("cause", finding.cause.empty() ? "-" : finding.cause);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows try_rows(const std::vector<QuantizeTry>& tries) {
  const bool judged = std::any_of(tries.begin(), tries.end(), [](const QuantizeTry& one) { return one.metric.has_value(); });
  const bool timed = std::any_of(tries.begin(), tries.end(), [](const QuantizeTry& one) { return one.latency_ratio.has_value(); });
  ReportRows rows;
  for (const QuantizeTry& one : tries) {
    Report row;
    row.add("way", one.what).add("quantized_layers", std::uint64_t{one.integer_layers}).add("size", one.bytes, Unit::bytes);
    row.add("sqnr", one.sqnr_db, Unit::decibels);
    if (judged) row.add("metric", one.metric);
    if (timed) row.add("latency_ratio", one.latency_ratio);
    row.add("kept", one.kept);
    rows.push_back(std::move(row));
  }
  return rows;
}

RangesFile found_ranges(const QuantizeOptions& options, const Candidate& candidate, const CalibrationSource& calibration, std::int64_t samples) {
  RangesFile file;
  file.model_sha256 = model_digests(options.model);
  file.calibration = calibration_digests(calibration);
  file.random = options.random_calibration;
  file.samples = samples;
  file.method = candidate.method.name;
  file.percentile = options.percentile;
  file.attention = candidate.method.attention;
  file.stored =
      std::any_of(candidate.made.layers.begin(), candidate.made.layers.end(), [](const QuantizedLayer& layer) { return layer.form == "int8 weights"; });
  file.exclude = options.exclude;
  file.int16 = options.int16;
  file.returned = candidate.returned;
  file.tensors = candidate.ranges;
  file.exponents = candidate.exponents;
  file.biases = candidate.biases;
  return file;
}

}  // namespace iai
