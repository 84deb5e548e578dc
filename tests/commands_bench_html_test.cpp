#include "commands/bench_html.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "commands/bench_plots.hpp"
#include "evaluator/runtime/kernel_times.hpp"

using namespace iai;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

BenchFigures model_of(const std::string& name, double ms) {
  BenchFigures figures;
  figures.model = name;
  for (int i = 0; i < 100; ++i) figures.measured.latency.values.push_back(ms * (1 + 0.001 * i));
  figures.measured.latency.values.back() = 50 * ms;  // one slow run
  figures.latency = summarize(figures.measured.latency.values);
  figures.median = {figures.latency.p50, ms, 1.1 * ms, 10};
  figures.throughput_per_s = 1000 / ms;
  return figures;
}

BenchResult two_models() {
  BenchResult result;
  result.models = {model_of("a.onnx", 2), model_of("b<c>.onnx", 1)};
  result.models[1].ratio = RatioInterval{0.5, 0.48, 0.53, 10};
  result.setting.reference = "a.onnx";
  result.setting.energy.reason = "no meter here";
  return result;
}

KernelTime kernel(const std::string& name, const std::string& provider, std::int64_t size, double seconds) {
  return {name, "MatMul", seconds, provider, {{"float", {size, size}}, {"float", {size, size}}}, {{"float", {size, size}}}};
}

SweptSetting setting(int threads, double ms, std::optional<double> energy_j) {
  SweptSetting one;
  one.model = "a.onnx";
  one.precision = "float32";
  one.session.threads = threads;
  one.medians_ms = {ms, ms};
  one.latency = summarize(std::vector<double>(10, ms));
  one.processor_s = ms * threads / 100;
  one.runs = 10;
  one.cold.peak_rss_bytes = 20'000'000;
  one.energy_j = energy_j;
  return one;
}

}  // namespace

TEST_CASE("a page of two models: histograms, the ratio, figures, machine; the same bytes each time, nothing loaded") {
  const BenchResult result = two_models();
  const std::string page = bench_html({}, result);
  CHECK(page == bench_html({}, result));
  CHECK(count(page, "<svg") == 3);
  CHECK(has(page, "Run times of a.onnx: 100 runs, median 2.099 ms"));
  CHECK(has(page, "1 of 100 runs beyond the plot"));
  CHECK(has(page, "b&lt;c&gt;.onnx: 0.5 (0.48 to 0.53)"));
  CHECK(has(page, "0.5 (0.48 to 0.53)</td>"));
  CHECK(has(page, "no meter here"));
  CHECK(has(page, "State of the machine"));
  CHECK_FALSE(has(page, "<c>"));
  for (const char* loads : {"http:", "https:", "<script", "<link", "src="}) CHECK_FALSE(has(page, loads));
  BenchResult alone = two_models();
  alone.models.pop_back();
  CHECK(count(bench_html({}, alone), "<svg") == 1);
}

TEST_CASE("the roofline has the processor's kernels whose operations are known") {
  BenchFigures figures = model_of("a.onnx", 1);
  figures.kernels = {kernel("big", "CPUExecutionProvider", 64, 1e-3), kernel("small", "CPUExecutionProvider", 4, 1e-5),
                     kernel("elsewhere", "CUDAExecutionProvider", 64, 1e-3), kernel("soft", "CPUExecutionProvider", 8, 1e-5)};
  figures.kernels.back().op_type = "Softmax";
  const MachinePeak peak{1e10, 1e10, 1e9, 1e6};
  const std::string plot = roofline_plot(figures, peak);
  CHECK(count(plot, "<circle") == 2);
  // 2 * 64^3 operations on 3 * 64^2 * 4 bytes: 32 / 3 a byte, half a billion a second.
  CHECK(has(plot, "big (MatMul): 1 ms, 49.5 % of the time, 10.7 operations a byte, 0.5243 billion a second"));
  CHECK(has(plot, ">small<"));
  CHECK_FALSE(has(plot, "elsewhere"));
  CHECK_FALSE(has(plot, "soft"));
  CHECK(has(plot, "2 kernels under 10 billion"));
  figures.kernels.clear();
  CHECK(roofline_plot(figures, peak).empty());
}

TEST_CASE("the roof rises with slope 1 to the peak and is level from there") {
  BenchFigures figures = model_of("a.onnx", 1);
  figures.kernels = {kernel("big", "CPUExecutionProvider", 64, 1e-3)};
  const std::string plot = roofline_plot(figures, {1e10, 1e11, 1e9, 1e6});
  const std::size_t at = plot.find("<polyline points=\"") + 18;
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0;
  REQUIRE(std::sscanf(plot.c_str() + at, "%lf,%lf %lf,%lf %lf,%lf", &x1, &y1, &x2, &y2, &x3, &y3) == 6);
  CHECK(y2 == y3);
  CHECK(x1 < x2);
  CHECK(x2 < x3);
  CHECK(y1 > y2);
}

TEST_CASE("a page of settings: three fronts where energy was measured everywhere, else two") {
  std::vector<SweptSetting> settings{setting(1, 2, 0.5), setting(2, 1, 0.4), setting(4, 3, 0.9)};
  const SweepChoice choice = choose_setting(settings, 2.5);
  CHECK(choice.by_energy);
  CHECK(choice.cheapest == 1U);
  CHECK(choice.on_front == std::vector<bool>{false, true, false});
  Report report("iai.sweep/1");
  report.headline("the headline");
  const std::string page = sweep_html(report, settings, choice, 2.5);
  CHECK(page == sweep_html(report, settings, choice, 2.5));
  CHECK(count(page, "<svg") == 3);
  CHECK(count(page, ">limit<") == 3);
  CHECK(has(page, "a.onnx (float32), cpu, 2 threads, batch 1, optimization all: p99 1 ms, 1000 samples a second, 20 MB, 0.4 J a sample"));
  settings[2].energy_j.reset();
  const SweepChoice without = choose_setting(settings, 0.5);
  CHECK_FALSE(without.by_energy);
  CHECK_FALSE(without.cheapest.has_value());
  const std::string other = sweep_html(report, settings, without, 0.5);
  CHECK(count(other, "<svg") == 2);
  CHECK(has(other, "Energy was not measured for every setting"));
}
