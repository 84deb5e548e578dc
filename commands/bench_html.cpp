#include "commands/bench_html.hpp"

#include <fmt/format.h>

#include "commands/bench_plots.hpp"
#include "commands/bench_report.hpp"
#include "commands/html_report.hpp"
#include "commands/junit.hpp"
#include "formats/atomic_file.hpp"

namespace iai {

namespace {

std::string paragraph(const std::string& words) { return "<p>" + xml_escaped(words) + "</p>\n"; }

const ReportRows& rows_of(const Report& report, const std::string& key) {
  static const ReportRows none;
  const Report::Field* field = find_field(report, key);
  return field == nullptr ? none : std::get<ReportRows>(field->value);
}

/// What is said of the machine: its state, the meter, and whether the figures can be believed.
std::string machine_section(const Report& report) {
  std::string facts = html_facts(report, {"verdict", "unsteady"});
  for (const char* key : {"steadiness", "energy", "machine_peak"}) {
    ReportRows rows = rows_of(report, key);
    if (rows.empty()) continue;
    facts += "<h3>" + html_heading(key) + "</h3>\n" + html_table(report, key);
  }
  return html_section("State of the machine", "", facts);
}

/// One model's kernels: where they ran, the roofline, and each in a table.
std::string inside_section(const Report& inside, const BenchFigures& figures, const std::optional<MachinePeak>& peak) {
  const std::string roofline = peak ? roofline_plot(figures, *peak) : "";
  std::string below;
  if (!roofline.empty()) {
    below += paragraph(
        "Each point is a kernel of the processor whose operations are known; the larger, the more of the time it takes. On the slope memory (unbroken line) or "
        "cache "
        "(broken line) limits it, under the level part the multiply-adds; far below both it is overhead. Names stand where there is room, else under the "
        "pointer and in "
        "the table.");
  }
  below += html_table(inside, "placement") + html_facts(inside, {"fell_back"}) + html_table(inside, "sums") + html_table(inside, "operators");
  return html_section("Inside " + xml_escaped(figures.model.generic_string()), roofline, below);
}

}  // namespace

std::string bench_html(const BenchOptions& options, const BenchResult& result) {
  const Report report = bench_report(options, result, true);
  std::string text = html_facts(report, {"device", "threads", "batch", "optimization", "inputs", "rounds", "placements", "precision", "verdict"});
  const std::string ratio = ratio_plot(result.models);
  if (!ratio.empty()) text += html_section("Time over that of " + xml_escaped(result.models.front().model.generic_string()), ratio, "");
  text += html_section("Run times", histogram_plots(result.models), "");
  ReportRows figures;
  for (std::size_t i = 0; i < result.models.size(); ++i) figures.push_back(bench_model_report(options, result, i));
  text += html_section("Figures", "", html_turned_table(figures));
  text += html_section("Under load", "", html_turned_table(rows_of(report, "load")));
  std::size_t at = 0;
  for (const Report& inside : rows_of(report, "inside")) {
    while (result.models[at].kernels.empty()) ++at;
    text += inside_section(inside, result.models[at++], result.setting.peak);
  }
  return html_page(report, text + machine_section(report));
}

std::string sweep_html(const Report& report, std::span<const SweptSetting> settings, const SweepChoice& choice, double limit_ms) {
  std::string text = html_facts(report, {"model", "latency_limit", "cheapest_by", "session", "verdict"});
  std::string plots;
  for (const SweepFigure figure : {SweepFigure::throughput, SweepFigure::energy, SweepFigure::memory}) plots += front_plot(settings, choice, figure, limit_ms);
  std::string below = paragraph(
      "Each point is a setting. The line leads through those that none beats in the two figures of the plot; full points are beaten by none in latency, "
      "throughput, "
      "energy and memory together; the ring is the cheapest one that keeps the limit.");
  if (!choice.by_energy) below += paragraph("Energy was not measured for every setting, so it is not drawn and not compared.");
  text += html_section("Fronts", plots, below);
  const Report::Field* cheapest = find_field(report, "cheapest");
  if (cheapest != nullptr && cheapest->nested) text += html_section("The cheapest", "", html_table(report, "cheapest"));
  text += html_section("All settings", "", html_table(report, "settings"));
  return html_page(report, text + machine_section(report));
}

void write_page(const BenchOptions& options, const std::string& page) {
  refuse_existing(options.html, options.if_exists());
  write_file(options.html, page);
}

}  // namespace iai
