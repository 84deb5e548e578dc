#include "commands/evaluate_plots.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "commands/chart.hpp"
#include "evaluator/metrics/interval.hpp"
#include "evaluator/metrics/score_curves.hpp"

namespace iai {
namespace {

ChartPoint point_of(double x, const Metric& metric, std::string words) {
  const bool bounded = std::isfinite(metric.low);
  return {x, metric.value, bounded ? metric.low : metric.value, bounded ? metric.high : metric.value, std::move(words)};
}

/// An axis for the values and bounds of `points`.
Chart::Axis axis_of(const std::string& name, std::span<const ChartPoint> points) {
  std::vector<double> values;
  for (const ChartPoint& point : points) values.insert(values.end(), {point.y, point.low, point.high});
  return axis_around(name, values);
}

const Chart::Axis share_axis(const std::string& name) { return {name, 0, 1}; }

}  // namespace

std::string reliability_plot(const Evaluation& evaluation, const Reliability& reliability) {
  std::vector<ChartPoint> points;
  for (const ReliabilityBin& bin : reliability.bins) {
    const double probability = bin.probability / bin.n, right = bin.right / bin.n;
    Interval interval{right, right, {}};
    if (!evaluation.answers.clustered) interval = wilson_interval(static_cast<std::int64_t>(bin.right), static_cast<std::int64_t>(bin.n));
    points.push_back({probability, right, interval.low, interval.high, fmt::format("{:.3f} came true at {:.3f}, {} predictions", right, probability, bin.n)});
  }
  const ChartPoint diagonal[] = {{0, 0, 0, 0, {}}, {1, 1, 1, 1, {}}};
  Chart chart(share_axis("probability"), share_axis("share that came true"));
  return chart.line(diagonal, "5 3")
      .line(points)
      .dots(points)
      .svg(fmt::format("How often predictions of a probability came true, in {} bins; on the broken line the model's probabilities are right", points.size()));
}

std::string roc_plot(const Evaluation& evaluation) {
  if (!evaluation.answers.has_positive()) return {};
  std::vector<ChartPoint> points;
  for (const OperatingPoint& at : operating_points(evaluation.answers)) points.push_back({at.false_positive_rate, at.recall, at.recall, at.recall, {}});
  if (points.empty()) return {};
  const ChartPoint diagonal[] = {{0, 0, 0, 0, {}}, {1, 1, 1, 1, {}}};
  return Chart(share_axis("share of false alarms"), share_axis("recall"))
      .line(diagonal, "5 3")
      .line(points)
      .svg("Receiver operating characteristic: recall against the share of negatives that raise an alarm; the broken line is chance");
}

std::string precision_recall_plot(const Evaluation& evaluation) {
  if (!evaluation.answers.has_positive()) return {};
  std::vector<ChartPoint> points;
  for (const OperatingPoint& at : operating_points(evaluation.answers)) points.push_back({at.recall, at.precision, at.precision, at.precision, {}});
  if (points.empty()) return {};
  const auto positives = static_cast<double>(std::count(evaluation.answers.actual.begin(), evaluation.answers.actual.end(), 1));
  return Chart(share_axis("recall"), share_axis("precision"))
      .level(positives / static_cast<double>(evaluation.answers.size()))
      .line(points)
      .svg("Precision against recall; the broken line is chance");
}

std::string slices_plot(const Evaluation& evaluation, const std::string& primary) {
  std::vector<ForestRow> rows;
  for (const SliceMetrics& slice : evaluation.slices) {
    for (const Metric& metric : slice.metrics) {
      if (metric.name != primary) continue;
      rows.push_back({slice.slice + " = " + slice.value, metric.value, metric.low, metric.high, false});
    }
  }
  if (rows.empty()) return {};
  for (std::size_t i = 0; i < rows.size() && i < evaluation.slice_tests.size(); ++i) rows[i].marked = evaluation.slice_tests[i].p_corrected < 0.05;
  return forest_plot(
      rows, evaluation.metric(primary).value,
      fmt::format("{} of {} groups with 95 % intervals; the broken line is that of all samples; hollow: worse than chance", primary, rows.size()));
}

std::string answers_plot(const Evaluation& evaluation) {
  const Answers& answers = evaluation.answers;
  if (!answers.is_numeric() || answers.truth.empty()) return {};
  constexpr std::size_t most = 1500;
  const std::size_t shown = std::min(most, answers.truth.size());
  std::vector<ChartPoint> points;
  std::vector<double> both;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t at = i * answers.truth.size() / shown;
    points.push_back({answers.truth[at], answers.score[at], answers.score[at], answers.score[at], {}});
    both.insert(both.end(), {answers.truth[at], answers.score[at]});
  }
  const Chart::Axis label = axis_around("label", both), answer = axis_around("answer", both);
  const ChartPoint diagonal[] = {{label.low, label.low, 0, 0, {}}, {label.high, label.high, 0, 0, {}}};
  return Chart(label, answer).line(diagonal, "5 3").dots(points, 2).svg(fmt::format("Answers against labels, {} of {}", shown, answers.truth.size()));
}

std::string horizons_plot(const Evaluation& evaluation) {
  std::vector<ChartPoint> points;
  std::vector<double> ahead;
  for (const Metric& metric : evaluation.horizons) {
    ahead.push_back(static_cast<double>(points.size() + 1));
    points.push_back(point_of(ahead.back(), metric, fmt::format("{}: {:.4g}", ahead.back(), metric.value)));
  }
  if (points.size() < 2) return {};
  const std::string& name = evaluation.horizons.front().name;
  return Chart(axis_around("moments ahead", ahead), axis_of(name, points)).line(points).dots(points).svg(name + " by how many moments ahead");
}

std::string stress_plot(std::span<const StressPoint> points, StressKind kind, const Metric& clean) {
  std::vector<ChartPoint> curve{point_of(0, clean, fmt::format("as it is: {:.4g}", clean.value))};
  std::vector<double> strengths{0};
  for (const StressPoint& point : points) {
    if (point.stress.kind != kind || !std::isfinite(point.metric.value)) continue;
    strengths.push_back(point.stress.strength);
    curve.push_back(point_of(point.stress.strength, point.metric, fmt::format("{}: {:.4g}", point.stress.strength, point.metric.value)));
  }
  if (curve.size() < 2 || !std::isfinite(clean.value)) return {};
  std::stable_sort(curve.begin(), curve.end(), [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return Chart(axis_around(stress_name(kind) + ", strength", strengths), axis_of(clean.name, curve))
      .line(curve)
      .dots(curve)
      .level(clean.value)
      .svg(fmt::format("{} under {} of rising strength; the broken line is that of the samples as they are", clean.name, stress_name(kind)));
}

}  // namespace iai
