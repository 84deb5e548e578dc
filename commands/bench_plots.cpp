#include "commands/bench_plots.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "commands/chart.hpp"
#include "commands/junit.hpp"
#include "evaluator/bench/pareto.hpp"

namespace iai {

namespace {

/// The least of 1, 2, 4, 6, 8, 10 times a power of ten that is not below `value`: quarters of it are short numbers.
double rounded_up(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 4.0, 6.0, 8.0}) {
    if (factor * power >= value) return factor * power;
  }
  return 10 * power;
}

constexpr int bars_a_decade = 80;  // each 2.9 % wide: a plot has room for finer ones than the report's

std::vector<ChartBar> histogram_of(const std::vector<double>& run_ms) {
  std::vector<ChartBar> bars;
  for (const Bucket& bucket : log_histogram(run_ms, bars_a_decade)) {
    const double percent = 100 * static_cast<double>(bucket.count) / static_cast<double>(run_ms.size());
    bars.push_back({bucket.low, bucket.high, percent, fmt::format("{} runs, {:.4g} to {:.4g} ms", bucket.count, bucket.low, bucket.high)});
  }
  return bars;
}

/// Where the plots of all models end: a few slow runs must not press the others together.
double longest_shown(std::span<const BenchFigures> models) {
  double most = 0;
  for (const BenchFigures& figures : models) most = std::max(most, std::min(figures.latency.maximum, 1.3 * figures.latency.p99));
  return most;
}

/// A kernel that has a place under the roof.
struct RoofPoint {
  ChartPoint point;
  std::string name;
  double seconds;
};

std::vector<RoofPoint> roof_points(const BenchFigures& figures, const MachinePeak& peak) {
  double all = 0;
  for (const KernelTime& kernel : figures.kernels) all += kernel.seconds;
  std::vector<RoofPoint> points;
  for (const KernelTime& kernel : figures.kernels) {
    const OperatorWork work = operator_work(kernel);
    if (!ran_on_processor(kernel) || !work.operations || *work.operations <= 0 || work.bytes <= 0 || kernel.seconds <= 0) continue;
    const double intensity = *work.operations / work.bytes, rate = *work.operations / kernel.seconds / 1e9;
    const Bound bound = bound_of(work, kernel.seconds, peak);
    const std::string words = fmt::format("{} ({}): {:.3g} ms, {:.3g} % of the time, {:.3g} operations a byte, {:.4g} billion a second, bound by {}",
                                          kernel.node, kernel.op_type, kernel.seconds * 1000, 100 * kernel.seconds / all, intensity, rate, bound.by);
    points.push_back({{intensity, rate, rate, rate, words}, kernel.node, kernel.seconds});
  }
  std::stable_sort(points.begin(), points.end(), [](const RoofPoint& a, const RoofPoint& b) { return a.seconds > b.seconds; });
  return points;
}

/// From the left end of the plot (or its foot) up to the peak, then level.
std::vector<ChartPoint> roof(double bytes_per_s, double peak, const Chart::Axis& x, const Chart::Axis& y) {
  const double slope = bytes_per_s / 1e9, from = std::max(x.low, y.low / slope), knee = peak / slope;
  std::vector<ChartPoint> points;
  if (from < knee) points.push_back({from, slope * from});
  if (knee > x.low && knee < x.high) points.push_back({knee, peak});
  else points.push_back({x.low, peak});
  points.push_back({x.high, peak});
  return points;
}

std::string words_of(const SweptSetting& setting) {
  const SessionFile& session = setting.session;
  std::string words = fmt::format("{} ({}), {}, {} threads, batch {}, optimization {}: p99 {:.4g} ms, {:.4g} samples a second, {:.0f} MB",
                                  setting.model.generic_string(), setting.precision, session.device, session.threads, session.batch, session.optimization,
                                  setting.latency.p99, setting.throughput_per_s(), static_cast<double>(setting.cold.peak_rss_bytes) / 1e6);
  if (const auto energy = setting.energy_j_a_sample()) words += fmt::format(", {:.4g} J a sample", *energy);
  return words;
}

struct FrontAxis {
  const char* name;
  const char* words;
  bool more_is_better;
};

FrontAxis axis_of(SweepFigure figure) {
  switch (figure) {
    case SweepFigure::throughput: return {"samples a second", "throughput", true};
    case SweepFigure::energy: return {"J a sample", "energy", false};
    case SweepFigure::memory: break;
  }
  return {"peak memory, MB", "memory", false};
}

double value_of(const SweptSetting& setting, SweepFigure figure) {
  switch (figure) {
    case SweepFigure::throughput: return setting.throughput_per_s();
    case SweepFigure::energy: return setting.energy_j_a_sample().value_or(std::nan(""));
    case SweepFigure::memory: break;
  }
  return static_cast<double>(setting.cold.peak_rss_bytes) / 1e6;
}

/// The points that none beats in both directions, by rising latency.
std::vector<ChartPoint> front_of(const std::vector<ChartPoint>& points, bool more_is_better) {
  std::vector<std::vector<double>> costs;
  for (const ChartPoint& point : points) costs.push_back({point.x, more_is_better ? -point.y : point.y});
  const std::vector<bool> on_front = pareto_front(costs);
  std::vector<ChartPoint> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (on_front[i]) front.push_back(points[i]);
  }
  std::sort(front.begin(), front.end(), [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return front;
}

}  // namespace

std::string histogram_plots(std::span<const BenchFigures> models) {
  const double longest = longest_shown(models);
  std::vector<std::vector<ChartBar>> histograms;
  std::vector<double> bounds{longest};
  double highest = 0;
  for (const BenchFigures& figures : models) {
    histograms.push_back(histogram_of(figures.measured.latency.values));
    bounds.push_back(figures.latency.minimum);
    for (const ChartBar& bar : histograms.back()) highest = std::max(highest, bar.height);
  }
  if (highest <= 0) return {};
  const Chart::Axis time = log_axis_around("ms a run", bounds), share{"% of the runs", 0, rounded_up(highest)};
  std::string plots;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const LatencySummary& latency = models[i].latency;
    const std::vector<double>& runs = models[i].measured.latency.values;
    const auto beyond = std::count_if(runs.begin(), runs.end(), [&](double run) { return run > time.high; });
    const std::string name = models[i].model.generic_string();
    Chart chart(time, share);
    chart.bars(histograms[i]).upright(latency.p50, "").upright(latency.p99, "p99");
    plots += "<figure>" +
             chart.svg(fmt::format("Run times of {}: {} runs, median {:.4g} ms, 99 % below {:.4g} ms (broken lines); {} slower ones are beyond the plot", name,
                                   latency.runs, latency.p50, latency.p99, beyond)) +
             fmt::format("<figcaption>{}<br>{} of {} runs beyond the plot</figcaption></figure>\n", xml_escaped(name), human_count(beyond),
                         human_count(latency.runs));
  }
  return plots;
}

std::string ratio_plot(std::span<const BenchFigures> models) {
  std::vector<ForestRow> rows;
  for (const BenchFigures& figures : models) {
    if (!figures.ratio) continue;
    const RatioInterval& ratio = *figures.ratio;
    rows.push_back({figures.model.generic_string(), ratio.value, ratio.low.value_or(std::nan("")), ratio.high.value_or(std::nan(""))});
  }
  if (rows.empty()) return {};
  return forest_plot(rows, 1, fmt::format("Time a run over that of {}, with 95 % intervals; the broken line is 1", models.front().model.generic_string()));
}

std::string roofline_plot(const BenchFigures& figures, const MachinePeak& peak) {
  const std::vector<RoofPoint> points = roof_points(figures, peak);
  if (points.empty() || peak.memory_bytes_per_s <= 0 || peak.cache_bytes_per_s <= 0) return {};
  const double most = peak.operations_per_s / 1e9, knee = peak.operations_per_s / peak.memory_bytes_per_s;
  const double all = std::accumulate(points.begin(), points.end(), 0.0, [](double sum, const RoofPoint& one) { return sum + one.seconds; });
  std::vector<double> intensities{knee, knee * 2}, rates{most, most * 1.5};
  std::vector<ChartPoint> places;
  std::vector<std::string> names;
  for (const RoofPoint& one : points) {
    intensities.push_back(one.point.x);
    rates.push_back(one.point.y);
    places.push_back(one.point);
    names.push_back(one.name);
  }
  const Chart::Axis x = log_axis_around("operations a byte", intensities), y = log_axis_around("billion operations a second", rates);
  Chart chart(x, y, {720, 400});
  chart.line(roof(peak.memory_bytes_per_s, most, x, y)).line(roof(peak.cache_bytes_per_s, most, x, y), "5 3");
  for (const RoofPoint& one : points) chart.dots(std::span(&one.point, 1), std::round(10 * (3 + 6 * std::sqrt(one.seconds / all))) / 10);
  return chart.names(places, names)
      .svg(fmt::format(
          "Roofline of {}: {} kernels under {:.4g} billion multiply-adds' operations a second, {:.4g} GB/s of memory (unbroken) and {:.4g} GB/s of cache "
          "(broken line)",
          figures.model.generic_string(), points.size(), most, peak.memory_bytes_per_s / 1e9, peak.cache_bytes_per_s / 1e9));
}

std::string front_plot(std::span<const SweptSetting> settings, const SweepChoice& choice, SweepFigure figure, double limit_ms) {
  const FrontAxis axis = axis_of(figure);
  std::vector<ChartPoint> all, beaten, best, cheapest;
  std::vector<double> latencies, values;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const double value = value_of(settings[i], figure);
    if (!std::isfinite(value)) return {};
    all.push_back({settings[i].latency.p99, value, value, value, words_of(settings[i])});
    (choice.on_front[i] ? best : beaten).push_back(all.back());
    if (choice.cheapest == i) cheapest.push_back(all.back());
    latencies.push_back(all.back().x);
    values.push_back(value);
  }
  Chart chart(log_axis_around("p99, ms", latencies), log_axis_around(axis.name, values));
  chart.line(front_of(all, axis.more_is_better)).dots(beaten, 3.5, Chart::Fill::hollow).dots(best).dots(cheapest, 7, Chart::Fill::hollow);
  if (limit_ms > 0) chart.upright(limit_ms, "limit");
  return chart.svg(
      fmt::format("p99 against {} of {} settings; the line leads through those that none beats in both, full points are on the front of all "
                  "figures, the ring is the cheapest",
                  axis.words, settings.size()));
}

}  // namespace iai
