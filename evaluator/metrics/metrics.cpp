#include "evaluator/metrics/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "evaluator/metrics/detection.hpp"
#include "evaluator/metrics/interval.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "evaluator/metrics/retrieval.hpp"
#include "evaluator/metrics/statistic.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint32_t> ones(const Answers& answers) { return std::vector<std::uint32_t>(static_cast<std::size_t>(answers.clusters), 1); }

Metric with_bootstrap(Metric metric, const Statistic& statistic, const Answers& answers, int threads) {
  constexpr std::int64_t most_units = 5000;  // beyond, what they vary is known well enough from groups of them
  const std::unique_ptr<Statistic> small = answers.clusters > most_units ? statistic.folded(most_units) : nullptr;
  const std::int64_t size = resampled_size(answers);
  const Interval interval =
      small != nullptr ? bootstrap_interval(*small, most_units, size, threads) : bootstrap_interval(statistic, answers.clusters, size, threads);
  metric.low = interval.low;
  metric.high = interval.high;
  metric.undefined = interval.reason;
  if (interval.reason.empty()) metric.interval = answers.clustered ? "bootstrap-bca-clustered" : "bootstrap-bca";
  return metric;
}

/// The figure by itself, and why there is none.
Metric point_figure(const std::string& name, const Statistic& statistic, const Answers& answers, std::int64_t n) {
  Metric metric{name, statistic.value(ones(answers)), nan_value, nan_value, n, "", ""};
  metric.undefined = statistic.undefined();
  if (!metric.undefined.empty() || !std::isfinite(metric.value)) {
    metric.value = nan_value;
    if (metric.undefined.empty()) metric.undefined = "the figure is infinite";
  }
  return metric;
}

Metric judge_one(const std::string& name, const Answers& answers, int threads) {
  const std::unique_ptr<Statistic> statistic = make_statistic(name, answers);
  Metric metric = point_figure(name, *statistic, answers, answers.size());
  if (answers.kind == TaskKind::detection) metric.n = detection_counts(name, answers).objects;
  if (!metric.undefined.empty()) return metric;
  if (answers.kind == TaskKind::retrieval)
    metric.n -= std::count_if(answers.retrieved.begin(), answers.retrieved.end(), [](double one) { return std::isnan(one); }) /
                static_cast<std::int64_t>(retrieval_figures.size());
  const std::optional<Proportion> share = proportion_of(name, answers);
  if (!share) return with_bootstrap(std::move(metric), *statistic, answers, threads);
  const Interval interval = wilson_interval(share->successes, share->trials);
  metric.n = share->trials;
  metric.low = interval.low;
  metric.high = interval.high;
  metric.undefined = interval.reason;
  if (interval.reason.empty()) metric.interval = "wilson";
  return metric;
}

/// The groups of every slice that hold samples, in the order of the slice.
std::vector<SlicePart> slice_parts(const LabelledSamples& samples, const Answers& answers) {
  std::vector<SlicePart> all;
  const std::int64_t each = answers.size() / samples.inputs->count();
  for (const LabelledSamples::Slice& slice : samples.slices) {
    std::map<std::string, std::vector<std::int64_t>> rows;
    for (std::int64_t i = 0; i < answers.size(); ++i) rows[slice.values[static_cast<std::size_t>(i / each)]].push_back(i);
    std::vector<std::string> order = slice.order;
    if (order.empty()) {
      for (const auto& [group, places] : rows) order.push_back(group);
    }
    for (const std::string& group : order) {
      if (const auto at = rows.find(group); at != rows.end()) all.push_back({slice.name, group, std::move(at->second)});
    }
  }
  return all;
}

std::vector<std::vector<std::int64_t>> confusion_matrix(const Answers& answers) {
  if (answers.is_numeric() || answers.kind == TaskKind::multi_label || answers.predicted.empty() || answers.classes > 100) return {};
  const auto size = static_cast<std::size_t>(answers.classes);
  std::vector<std::vector<std::int64_t>> matrix(size, std::vector<std::int64_t>(size));
  for (std::size_t i = 0; i < answers.actual.size(); ++i) {
    ++matrix[static_cast<std::size_t>(answers.actual[i])][static_cast<std::size_t>(answers.predicted[i])];
  }
  return matrix;
}

std::vector<Reliability> reliability_of(const Task& task, const Answers& answers) {
  if (answers.probability.empty()) return {};
  const auto asked = [&](const char* metric) { return std::find(task.metrics.begin(), task.metrics.end(), metric) != task.metrics.end(); };
  const ReliabilityOrder order(answers);
  std::vector<Reliability> tables;
  const bool equal_mass = asked("equal_mass_calibration_error");
  if (!equal_mass || asked("expected_calibration_error")) tables.push_back({ReliabilityBins::equal_width, {}});
  if (equal_mass) tables.push_back({ReliabilityBins::equal_mass, {}});
  for (Reliability& table : tables) table.bins = order.bins(table.kind, ones(answers));
  return tables;
}

std::vector<Metric> judge_horizons(const std::string& metric, const Answers& answers, int threads) {
  std::vector<Metric> horizons;
  for (std::int64_t ahead = 0; ahead < answers.classes; ++ahead) {
    std::vector<std::int64_t> rows;
    for (std::int64_t row = ahead; row < answers.size(); row += answers.classes) rows.push_back(row);
    horizons.push_back(judge_one(metric, answers.subset(rows), threads));
  }
  return horizons;
}

std::vector<DetectedClass> judge_classes(const BoxTruth& truth, const Answers& answers, int threads) {
  std::vector<DetectedClass> classes;
  for (std::size_t c = 0; c < truth.classes.size(); ++c) {
    const auto label = static_cast<std::int32_t>(c);
    const DetectionCounts counts = detection_counts("ap", answers, label);
    const auto figure = [&](const char* name) {
      const auto statistic = detection_statistic(name, answers, label);
      const Metric metric = point_figure(name, *statistic, answers, counts.objects);
      return metric.undefined.empty() && metric.name == "ap" ? with_bootstrap(metric, *statistic, answers, threads) : metric;
    };
    classes.push_back({truth.classes[c], figure("ap"), figure("ap50"), figure("ap75"), figure("ar100"), counts.objects, counts.found});
  }
  return classes;
}

}  // namespace

double metric_value(const std::string& metric, const Answers& answers) {
  const std::unique_ptr<Statistic> statistic = make_statistic(metric, answers);
  const double value = statistic->value(ones(answers));
  return statistic->undefined().empty() && std::isfinite(value) ? value : nan_value;
}

const Metric& Evaluation::metric(const std::string& name) const {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric;
  }
  throw Error(ErrorKind::internal, "the evaluation has no metric '" + name + "'");
}

std::vector<Metric> judge(const Task& task, const Answers& answers, int threads) {
  std::vector<Metric> metrics;
  for (const std::string& name : task.metrics) metrics.push_back(judge_one(name, answers, threads));
  return metrics;
}

Evaluation evaluate(const Session& session, const Task& task, const LabelledSamples& samples, int batch, int threads, const AnswerNeeds& needs) {
  Evaluation evaluation;
  evaluation.answers = run_answers(session, task, samples, batch, threads, needs);
  evaluation.samples = samples.inputs->count();
  evaluation.left_out = samples.left_out;
  evaluation.metrics = judge(task, evaluation.answers, threads);
  const std::vector<SlicePart> parts = slice_parts(samples, evaluation.answers);
  for (const SlicePart& part : parts) evaluation.slices.push_back({part.slice, part.group, judge(task, evaluation.answers.subset(part.rows), threads)});
  evaluation.slice_tests = test_slices(task.primary, evaluation.answers, parts, threads);
  evaluation.worst_slice = worst_slice(task.primary, evaluation.slice_tests);
  evaluation.reliability = reliability_of(task, evaluation.answers);
  if (samples.truth) evaluation.detected = judge_classes(*samples.truth, evaluation.answers, threads);
  if (task.kind == TaskKind::forecasting) evaluation.horizons = judge_horizons(task.primary, evaluation.answers, threads);
  evaluation.confusion = confusion_matrix(evaluation.answers);
  return evaluation;
}

Evaluation evaluate(const Session& session, const Task& task, int batch, int threads, const std::string& split) {
  return evaluate(session, task, load_task_samples(task, split, wanted_inputs(session)), batch, threads);
}

Metric metric_difference(const Task&, const std::string& metric, const Evaluation& before, const Evaluation& after, int threads) {
  const auto first = make_statistic(metric, before.answers), second = make_statistic(metric, after.answers);
  Metric difference{metric, after.metric(metric).value - before.metric(metric).value, nan_value, nan_value, after.answers.size(), "", ""};
  if (!std::isfinite(difference.value)) {
    difference.undefined = "the metric is undefined";
    return difference;
  }
  return with_bootstrap(std::move(difference), *difference_statistic(*first, *second), after.answers, threads);
}

Drop primary_drop(const Task& task, const Evaluation& before, const Evaluation& after) {
  const Metric& from = before.metric(task.primary);
  const Metric& to = after.metric(task.primary);
  for (const Metric* metric : {&from, &to}) {
    if (!std::isfinite(metric->value)) {
      throw Error(ErrorKind::input, fmt::format("{}: {} is undefined: {}", task.path.string(), task.primary, metric->undefined),
                  "choose another primary metric");
    }
  }
  return primary_drop(task, from.value, to.value);
}

Drop primary_drop(const Task& task, double before, double after) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (std::isnan(after)) return {infinity, infinity};
  const double sign = task.direction == Direction::higher_is_better ? 1 : -1, drop = sign * (before - after);
  return {drop, before != 0 ? drop / std::abs(before) : drop > 0 ? infinity : drop < 0 ? -infinity : 0};
}

DropLimit parse_drop_limit(const std::string& text) {
  const bool relative = text.ends_with('%');
  const std::string_view number(text.data(), text.size() - (relative ? 1 : 0));
  DropLimit limit{0, relative};
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), limit.value);
  if (error != std::errc{} || end != number.data() + number.size() || !std::isfinite(limit.value) || limit.value < 0) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no limit of a drop", text), "write 0.5% (of the metric before) or 0.01 (in the unit of the metric)");
  }
  if (relative) limit.value /= 100;
  return limit;
}

}  // namespace iai
