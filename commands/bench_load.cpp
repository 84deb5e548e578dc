#include "commands/bench_load.hpp"

#include <cmath>

#include <fmt/format.h>

namespace iai {

void declare_load(CLI::App& app, LoadOption& option) {
  app.add_option("--concurrency", option.concurrency, "Also measure N streams at the same time; with --rate they share what is asked for")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  auto* rate = app.add_option("--rate", option.rate, "Also measure with runs asked for at this rate, whether or not earlier ones are done")
                   ->type_name("PER_S")
                   ->check(CLI::Range(0.001, 1e6));
  app.add_option("--arrivals", option.arrivals, "With --rate: when runs are asked for")
      ->check(CLI::IsMember({"poisson", "constant"}))
      ->capture_default_str()
      ->needs(rate);
}

Report load_report(const LoadFigures& figures, const LoadOption& option, std::int64_t batch) {
  const double unknown = std::nan("");
  const auto latency = [&](double value) { return figures.latency ? value : unknown; };
  const LatencySummary summary = figures.latency.value_or(LatencySummary{});
  Report report;
  report.add("streams", std::max(option.concurrency, 1));
  if (option.rate > 0) report.add("asked", option.rate, Unit::per_second).add("arrivals", option.arrivals).add("keeps_up", figures.keeps_up);
  report.add("latency_p50", latency(summary.p50), Unit::milliseconds).add("latency_p90", latency(summary.p90), Unit::milliseconds);
  report.add("latency_p99", latency(summary.p99), Unit::milliseconds);
  report.add("latency_p99_9", summary.p99_9.value_or(unknown), Unit::milliseconds).add("latency_max", latency(summary.maximum), Unit::milliseconds);
  report.add("service_p50", figures.service.p50, Unit::milliseconds).add("busy", figures.busy_share, Unit::share);
  report.add("throughput", figures.runs_per_s * static_cast<double>(batch), Unit::per_second).add("runs", figures.runs);
  if (option.rate > 0) report.add("unserved", figures.unserved);
  return report;
}

std::vector<std::pair<std::string, Json>> recorded_options(const LoadOption& option) {
  std::vector<std::pair<std::string, Json>> options;
  if (option.concurrency > 0) options.emplace_back("concurrency", option.concurrency);
  if (option.rate > 0) options.insert(options.end(), {{"rate", option.rate}, {"arrivals", option.arrivals}});
  return options;
}

}  // namespace iai
