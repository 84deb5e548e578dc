#include "commands/compare_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "commands/compare_flips.hpp"
#include "formats/json.hpp"

namespace iai {
namespace {

const char* direction_name(const Task& task) { return task.direction == Direction::higher_is_better ? "higher_is_better" : "lower_is_better"; }

Report metric_row(const MetricComparison& metric) {
  Report row;
  row.add("metric", metric.reference.name).add("reference", metric.reference.value).add("model", metric.candidate.value);
  row.add("difference", metric.difference.value).add("low", metric.difference.low).add("high", metric.difference.high);
  row.add("n", metric.difference.n);
  if (metric.difference.interval.empty()) row.add_null("interval");
  else row.add("interval", metric.difference.interval);
  if (!metric.difference.undefined.empty()) row.add("reason", metric.difference.undefined);
  return row;
}

Report interval_report(const Metric& metric) {
  Report made;
  made.add("value", metric.value).add("low", metric.low).add("high", metric.high).add("n", metric.n);
  if (!metric.undefined.empty()) made.add("reason", metric.undefined);
  return made;
}

Report test_report(const PairedTest& test) {
  Report made;
  made.add("test", test.method).add("p", test.p);
  if (!test.undefined.empty()) made.add("reason", test.undefined);
  return made;
}

ReportRows slice_rows(const TaskComparison& judged, const std::string& primary) {
  ReportRows rows;
  for (const SliceComparison& slice : judged.slices) {
    for (const MetricComparison& metric : slice.metrics) {
      Report row;
      row.add("slice", slice.slice).add("group", slice.group);
      row.append(metric_row(metric));
      if (metric.reference.name == primary) row.add("p", slice.test.p).add("p_holm", slice.p_holm);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

Report worst_report(const SliceComparison& slice, const std::string& primary) {
  Report made;
  made.add("slice", slice.slice).add("group", slice.group);
  for (const MetricComparison& metric : slice.metrics) {
    if (metric.reference.name == primary) made.append(metric_row(metric));
  }
  made.add("p_holm", slice.p_holm);
  constexpr double level = 0.05;
  return std::move(made.add("significant", slice.p_holm < level));
}

void add_changes(Report& report, const CompareOptions& options, const CompareResult& result) {
  const TaskComparison& judged = *result.judged;
  if (judged.answers.classifies()) {
    const FlipCounts counts = count_flips(judged.answers);
    report.add("agreement", interval_report(agreement(judged.answers, options.runtime.threads)));
    report.add("right_to_wrong", counts.right_to_wrong).add("wrong_to_right", counts.wrong_to_right).add("wrong_to_wrong", counts.wrong_to_wrong);
    if (judged.answers.reference.clustered) return;  // McNemar's cases are independent
    report.add("right_or_wrong", test_report(mcnemar_test(counts.right_to_wrong, counts.wrong_to_right)));
  } else if (!judged.answers.reference.truth.empty()) {
    const Nearness counts = nearness(judged.answers);
    report.add("mean_absolute_change", interval_report(mean_absolute_change(judged.answers, options.runtime.threads)));
    report.add("nearer", counts.nearer).add("farther", counts.farther).add("as_near", counts.ties);
    if (judged.answers.reference.clustered) return;
    report.add("nearer_or_farther", test_report(sign_test(counts.nearer, counts.farther)));
  }
}

void add_judged(Report& report, const CompareOptions& options, const CompareResult& result) {
  const Task& task = *result.task;
  const TaskComparison& judged = *result.judged;
  report.add("primary", task.primary).add("direction", direction_name(task));
  ReportRows metrics;
  for (const MetricComparison& metric : judged.metrics) metrics.push_back(metric_row(metric));
  report.add("metrics", std::move(metrics));
  report.add("primary_test", test_report(judged.test));
  add_changes(report, options, result);
  if (ReportRows rows = flip_rows(task, judged, options.list); !rows.empty()) report.add("flips", std::move(rows));
  if (!judged.samples.left_out.empty()) {
    ReportRows rows;
    for (const auto& [reason, samples] : judged.samples.left_out) rows.push_back(Report().add("reason", reason).add("samples", samples));
    report.add("left_out", std::move(rows));
  }
  if (judged.slices.empty()) return;
  report.add("slices", slice_rows(judged, task.primary));
  if (judged.worst_slice) report.add("worst_slice", worst_report(judged.slices[*judged.worst_slice], task.primary));
}

Report tensor_row(const char* what, const ComparedTensor& tensor) {
  const TensorDifference& found = tensor.difference;
  Report row;
  row.add(what, tensor.name);
  if (!tensor.operation.empty()) row.add("operator", tensor.operation);
  if (!found.comparable()) {
    return std::move(row.add("reason", fmt::format("shape {} against {}", shape_text(found.shape), shape_text(found.other_shape))));
  }
  row.add("sqnr", found.sqnr_db, Unit::decibels).add("cosine", found.cosine);
  row.add("max_absolute_error", found.max_absolute).add("mean_absolute_error", found.mean_absolute);
  row.add("elements", found.elements).add("beyond", found.beyond);
  if (found.first_sample >= 0) row.add("first_sample", found.first_sample);
  else row.add_null("first_sample");
  if (found.broken > 0) row.add("reason", fmt::format("{} elements are NaN or infinite in one of the two only", found.broken));
  return row;
}

/// Of many tensors, those that differ most, in their order.
std::vector<std::size_t> shown_tensors(const std::vector<ComparedTensor>& tensors) {
  constexpr std::size_t most_shown = 256;
  std::vector<std::size_t> places(tensors.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  if (places.size() <= most_shown) return places;
  const auto rank = [&](std::size_t i) {
    return tensors[i].difference.comparable() ? tensors[i].difference.sqnr_db : -std::numeric_limits<double>::infinity();
  };
  std::stable_sort(places.begin(), places.end(), [&](std::size_t one, std::size_t other) { return rank(one) < rank(other); });
  places.resize(most_shown);
  std::sort(places.begin(), places.end());
  return places;
}

Report divergence_report(const LayerComparison& layers, std::size_t at) {
  const ComparedTensor& tensor = layers.tensors.tensors[at];
  Report made;
  made.add("layer", layers.diverging);
  made.append(tensor_row("tensor", tensor));
  if (!layers.constants.empty()) made.add("changed_constants", ReportList(layers.constants));
  return made;
}

void add_layers(Report& report, const LayerComparison& layers) {
  const TensorComparison& all = layers.tensors;
  std::int64_t beyond = 0, other_shape = 0;
  for (const ComparedTensor& tensor : all.tensors) {
    beyond += tensor.difference.beyond > 0 ? 1 : 0;
    other_shape += tensor.difference.comparable() ? 0 : 1;
  }
  report.add("tensors", static_cast<std::int64_t>(all.tensors.size())).add("tensors_beyond", beyond).add("tensors_of_other_shape", other_shape);
  report.add("tensors_only_in_reference", static_cast<std::int64_t>(all.without_partner.size()));
  report.add("tensors_only_in_model", static_cast<std::int64_t>(all.others_without_partner.size()));
  if (const auto at = all.first_divergence()) report.add("first_divergence", divergence_report(layers, *at));
  else report.add_null("first_divergence");
  ReportRows rows;
  for (const std::size_t place : shown_tensors(all.tensors)) rows.push_back(tensor_row("tensor", all.tensors[place]));
  report.add("layers", std::move(rows));
}

std::string layers_text(const LayerComparison& layers) {
  const auto at = layers.tensors.first_divergence();
  if (!at) return fmt::format("; all {} common tensors within the tolerance", layers.tensors.tensors.size());
  return fmt::format("; first divergence at {} ({})", layers.diverging, layers.tensors.tensors[*at].operation);
}

std::string difference_text(const MetricComparison& metric) {
  const Metric& difference = metric.difference;
  const std::string name = difference.name;
  if (!std::isfinite(difference.value)) return fmt::format("{} is undefined ({})", name, difference.undefined);
  std::string text = fmt::format("{} {:.4g} against {:.4g}, ", name, metric.candidate.value, metric.reference.value);
  if (difference.value == 0 && difference.interval == "identical") return text + "no difference";
  text += fmt::format("difference {:.4g}", difference.value);
  if (!std::isfinite(difference.low)) return text + fmt::format(" (no interval: {})", difference.undefined);
  return text + fmt::format(" (95 %: {:.4g} to {:.4g})", difference.low, difference.high);
}

std::string outputs_text(const TensorComparison& outputs) {
  if (outputs.identical()) return fmt::format("the same outputs, bit for bit, on {} samples", human_count(outputs.samples));
  const auto divergence = outputs.first_divergence();
  if (!divergence) return fmt::format("outputs within the tolerance on {} samples", human_count(outputs.samples));
  const ComparedTensor& tensor = outputs.tensors[*divergence];
  if (!tensor.difference.comparable()) return fmt::format("output '{}' has another shape", tensor.name);
  return fmt::format("output '{}' differs beyond the tolerance, in sample {} first", tensor.name, tensor.difference.first_sample);
}

std::string headline(const CompareOptions& options, const CompareResult& result) {
  std::string text = fmt::format("{} against {}: ", options.model.filename().string(), options.reference.filename().string());
  if (result.same_file) text += "the same bytes; ";
  if (result.equivalence) text += equivalence_name(result.equivalence->verdict) + "; ";
  text += result.judged ? difference_text(result.judged->metric(result.task->primary)) : outputs_text(result.outputs);
  return result.layers ? text + layers_text(*result.layers) : text;
}

Report equivalence_report(const CompareOptions& options, const EquivalenceVerdict& judged) {
  Report made;
  made.add("verdict", equivalence_name(judged.verdict)).add("margin", options.margin).add("margin_absolute", judged.margin);
  made.add("low_90", judged.difference.low).add("high_90", judged.difference.high).add("reason", judged.reason);
  return made;
}

Json figure(const Metric& metric) {
  return Json{{"value", finite_or_null(metric.value)}, {"low", finite_or_null(metric.low)}, {"high", finite_or_null(metric.high)}, {"n", metric.n}};
}

void record_judged(Recording& recording, const CompareOptions& options, const CompareResult& result) {
  const TaskComparison& judged = *result.judged;
  recording.option("task", result.task->name);
  recording.option("split", options.split);
  recording.option("primary", result.task->primary);
  recording.option("direction", direction_name(*result.task));
  for (const MetricComparison& metric : judged.metrics) {
    const std::string& name = metric.reference.name;
    recording.metric(name + "_reference", figure(metric.reference));
    recording.metric(name, figure(metric.candidate));
    recording.metric(name + "_difference", figure(metric.difference));
  }
  recording.metric("primary_p", finite_or_null(judged.test.p));
  if (judged.answers.classifies()) {
    const FlipCounts counts = count_flips(judged.answers);
    recording.metric("agreement", figure(agreement(judged.answers, options.runtime.threads)));
    recording.metric("right_to_wrong", counts.right_to_wrong);
    recording.metric("wrong_to_right", counts.wrong_to_right);
  }
  if (!judged.worst_slice) return;
  const SliceComparison& worst = judged.slices[*judged.worst_slice];
  recording.metric("worst_slice", worst.slice + "=" + worst.group);
  recording.metric("worst_slice_loss", finite_or_null(worst.loss));
  recording.metric("worst_slice_p_holm", finite_or_null(worst.p_holm));
}

}  // namespace

Report compare_report(const CompareOptions& options, const CompareResult& result) {
  Report report("iai.compare/1");
  report.headline(headline(options, result));
  report.add("reference", options.reference.string()).add("model", options.model.string()).add("same_file", result.same_file);
  if (result.judged) {
    report.add("task", result.task->name).add("split", options.split).add("samples", result.judged->samples.inputs->count());
    add_judged(report, options, result);
  }
  if (result.equivalence) report.add("equivalence", equivalence_report(options, *result.equivalence));
  report.add("compared_on", result.inputs).add("compared_samples", result.outputs.samples).add("tolerance", options.tolerance);
  report.add("identical", result.outputs.identical());
  ReportRows rows;
  for (const ComparedTensor& tensor : result.outputs.tensors) rows.push_back(tensor_row("output", tensor));
  report.add("outputs", std::move(rows));
  if (!result.outputs.without_partner.empty()) report.add("only_in_reference", ReportList(result.outputs.without_partner));
  if (!result.outputs.others_without_partner.empty()) report.add("only_in_model", ReportList(result.outputs.others_without_partner));
  if (result.layers) add_layers(report, *result.layers);
  return report;
}

void record_comparison(Recording& recording, const CompareOptions& options, const CompareResult& result) {
  recording.option("device", options.runtime.device);
  recording.option("compared_on", result.inputs);
  recording.option("tolerance", options.tolerance);
  if (result.judged) record_judged(recording, options, result);
  if (result.equivalence) {
    recording.option("margin", options.margin);
    recording.metric("equivalence", equivalence_name(result.equivalence->verdict));
    recording.metric("margin_absolute", result.equivalence->margin);
  }
  double largest = 0, worst_db = std::numeric_limits<double>::infinity();
  for (const ComparedTensor& tensor : result.outputs.tensors) {
    largest = std::max(largest, tensor.difference.max_absolute);
    worst_db = std::min(worst_db, tensor.difference.sqnr_db);
  }
  recording.metric("identical", result.outputs.identical());
  recording.metric("sqnr_db", finite_or_null(worst_db));
  recording.metric("max_absolute_error", finite_or_null(largest));
  if (!result.layers) return;
  const auto at = result.layers->tensors.first_divergence();
  recording.metric("first_divergence", at ? Json(result.layers->diverging) : Json(nullptr));
}

}  // namespace iai
