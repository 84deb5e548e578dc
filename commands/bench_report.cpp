#include "commands/bench_report.hpp"

#include <cmath>

#include <fmt/format.h>

namespace iai {

namespace {

Report interval_report(const RatioInterval& interval, Unit unit = Unit::none) {
  Report report;
  report.add("value", interval.value, unit);
  if (interval.low) report.add("low", *interval.low, unit).add("high", *interval.high, unit);
  else report.add("low", std::nan(""), unit).add("high", std::nan(""), unit);
  return report.add("n", interval.groups);
}

void add_latency(Report& row, const BenchFigures& figures) {
  const LatencySummary& latency = figures.latency;
  row.add("latency_p50", latency.p50, Unit::milliseconds).add("latency_p50_interval", interval_report(figures.median, Unit::milliseconds));
  row.add("latency_p90", latency.p90, Unit::milliseconds).add("latency_p95", latency.p95, Unit::milliseconds);
  row.add("latency_p99", latency.p99, Unit::milliseconds).add("latency_p99_9", latency.p99_9.value_or(std::nan("")), Unit::milliseconds);
  row.add("latency_mean", latency.mean, Unit::milliseconds).add("latency_deviation", latency.deviation, Unit::milliseconds);
  row.add("latency_min", latency.minimum, Unit::milliseconds).add("latency_max", latency.maximum, Unit::milliseconds);
}

std::string headline(const std::vector<BenchFigures>& all) {
  const std::string first = all[0].model.generic_string();
  if (all.size() == 1) return fmt::format("{}: {:.4g} ms an inference (median of {} runs)", first, all[0].latency.p50, human_count(all[0].latency.runs));
  std::string text;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const RatioInterval& ratio = *all[i].ratio;
    text += (i > 1 ? "; " : "") + fmt::format("{} takes {:.3f} times", all[i].model.generic_string(), ratio.value);
    if (ratio.low) text += fmt::format(" ({:.3f} to {:.3f})", *ratio.low, *ratio.high);
    text += " as long as " + first;
  }
  return text;
}

void add_precision(Report& report, const BenchOptions& options, const BenchSetting& setting) {
  report.add("precision", setting.precision.value_or(std::nan("")), Unit::share);
  if (options.until_percent <= 0) return;
  report.add("precision_wanted", options.until_percent / 100, Unit::share);
  report.add("precision_reached", setting.precision && *setting.precision <= options.until_percent / 100);
}

ReportRows load_rows(const BenchOptions& options, const BenchResult& result) {
  ReportRows rows;
  for (const BenchFigures& figures : result.models) {
    rows.push_back(std::move(Report().add("model", figures.model.generic_string()).append(load_report(*figures.load, options.load, result.setting.batch))));
  }
  return rows;
}

/// In text a model after the other, since a table in a table has no room.
void add_insides(Report& report, const ReportRows& inside, bool as_json) {
  if (inside.empty()) return;
  if (as_json) report.add("inside", inside);
  else
    for (std::size_t i = 0; i < inside.size(); ++i) report.add(inside.size() > 1 ? "inside_" + std::to_string(i + 1) : "inside", inside[i]);
}

}  // namespace

Report bench_model_report(const BenchOptions& options, const BenchResult& result, std::size_t at) {
  const BenchFigures& figures = result.models[at];
  Report row;
  row.add("model", figures.model.generic_string()).add("model_precision", figures.precision);
  if (figures.ratio) row.add("latency_ratio", interval_report(*figures.ratio));
  else row.add_null("latency_ratio");
  add_latency(row, figures);
  row.add("throughput", figures.throughput_per_s, Unit::per_second);
  row.add("runs", figures.latency.runs).add("block", figures.measured.block);
  row.add("first_inference", figures.cold.first_inference_ms, Unit::milliseconds);
  row.add("load", figures.cold.load_ms, Unit::milliseconds);
  row.add("peak_rss", figures.cold.peak_rss_bytes, Unit::bytes);
  if (figures.cold.allocations) {
    row.add("arena_allocations", figures.cold.allocations->count).add("arena_peak", figures.cold.allocations->peak_bytes, Unit::bytes);
  } else {
    row.add_null("arena_allocations").add("arena_reason", figures.cold.allocations_reason);
  }
  row.add("warm_up_runs", figures.measured.warm_up.runs);
  row.add("warm_up", figures.measured.warm_up.duration_ms, Unit::milliseconds);
  row.add("warm_up_settled", figures.measured.warm_up.settled);
  add_energy(row, result.setting.energy, at, options.energy);
  return row;
}

void add_inside(Report& report, const BenchOptions& options, const BenchFigures& figures, const BenchSetting& setting) {
  report.add("placement", placement_rows(figures.kernels)).add("fell_back", ReportList(figures.fell_back));
  if (!options.operators || !setting.peak) return;
  report.add("sums", operator_sums(figures.kernels)).add("operators", operator_rows(figures.kernels, *setting.peak));
}

ReportRows histogram_rows(const BenchFigures& figures) {
  ReportRows rows;
  for (const Bucket& bucket : log_histogram(figures.measured.latency.values)) {
    rows.push_back(std::move(Report().add("from", bucket.low, Unit::milliseconds).add("to", bucket.high, Unit::milliseconds).add("runs", bucket.count)));
  }
  return rows;
}

Report steadiness_report(const Steadiness& steadiness) {
  const double unknown = std::nan("");
  Report report;
  report.add("steal", steadiness.steal_share, Unit::share).add("other_cores", steadiness.other_cores);
  report.add("slowest_clock", steadiness.slowest_mhz.value_or(unknown), Unit::megahertz);
  report.add("fastest_clock", steadiness.fastest_mhz.value_or(unknown), Unit::megahertz);
  report.add("governors", ReportList(steadiness.governors)).add("thermal_throttles", steadiness.thermal_throttles);
  report.add("quota_wait", steadiness.quota_wait_s.value_or(unknown), Unit::seconds);
  return report.add("drift", steadiness.drift_share, Unit::share);
}

Report bench_report(const BenchOptions& options, const BenchResult& result, bool as_json) {
  const BenchSetting& setting = result.setting;
  const std::vector<std::string> reasons = setting.steadiness.reasons();
  Report report("iai.bench/1");
  report.headline(headline(result.models));
  report.add("device", options.runtime.device).add("threads", setting.threads).add("batch", setting.batch);
  report.add("optimization", options.optimization);
  report.add("inputs", options.calibration.empty() ? "seeded" : "calibration").add("rounds", setting.rounds);
  report.add("placements", setting.placements);
  add_precision(report, options, setting);
  ReportRows rows;
  for (std::size_t i = 0; i < result.models.size(); ++i) {
    rows.push_back(bench_model_report(options, result, i));
    if (as_json) rows.back().add("histogram", histogram_rows(result.models[i]));  // figures for a plot: a terminal has no room for them
  }
  report.add("models", std::move(rows));
  if (options.load.asked()) report.add("load", load_rows(options, result));
  if (setting.peak) report.add("machine_peak", peak_report(*setting.peak));
  ReportRows inside;
  for (const BenchFigures& figures : result.models) {
    if (figures.kernels.empty()) continue;
    inside.push_back(Report().add("model", figures.model.generic_string()));
    add_inside(inside.back(), options, figures, setting);
  }
  add_insides(report, inside, as_json);
  report.add("energy_zones", ReportList(setting.energy.sources)).add("energy", energy_report(setting.energy, options.energy));
  report.add("steadiness", steadiness_report(setting.steadiness));
  report.add("verdict", reasons.empty() ? "steady" : "unsteady").add("unsteady", ReportList(reasons));
  return report;
}

}  // namespace iai
