#include "commands/profile_html.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"
#include "commands/result.hpp"

namespace iai {
namespace {

constexpr std::size_t most_columns = 500, most_findings = 1000, most_pairs = 50;  // on the page; profile.json holds all

std::string figure(double value) { return fmt::format("{:.6g}", value); }
std::string figure(const std::optional<double>& value) { return value ? figure(*value) : std::string(); }
std::string share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? fmt::format("{:.3g} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole)) : "0 %";
}
std::string with_unit(const std::string& value, const std::string& unit) { return unit.empty() || value.empty() ? value : value + " " + unit; }

std::string row(const std::string& name, const std::string& value) {
  return value.empty() ? std::string() : fmt::format("<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td></tr>\n", xml_escaped(name), xml_escaped(value));
}

std::string histogram_plot(const StoredColumn& column) {
  if (!column.histogram) return {};
  const auto& bins = *column.histogram;
  constexpr double left = 4, width = 392, base = 130, height = 110;
  const auto tallest = *std::max_element(bins.counts.begin(), bins.counts.end());
  if (tallest <= 0) return {};
  const double step = width / static_cast<double>(bins.counts.size());
  std::string bars, cells;
  for (std::size_t i = 0; i < bins.counts.size(); ++i) {
    const double tall = height * static_cast<double>(bins.counts[i]) / static_cast<double>(tallest),
                 each = (bins.to - bins.from) / static_cast<double>(bins.counts.size());
    const double from = bins.from + each * static_cast<double>(i);
    if (bins.counts[i] > 0)
      bars += fmt::format("<rect class=\"bar\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"/>\n", left + step * static_cast<double>(i),
                          base - tall, step * 0.94, std::max(tall, 0.75));
    cells += fmt::format("<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", figure(from), figure(from + each),
                         human_count(bins.counts[i]));
  }
  bars += fmt::format("<line x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\" stroke=\"currentColor\"/>\n", left, base, left + width);
  bars += fmt::format("<text x=\"{}\" y=\"146\">{}</text><text x=\"{}\" y=\"146\" text-anchor=\"end\">{}</text>\n", left, figure(bins.from), left + width,
                      xml_escaped(with_unit(figure(bins.to), column.unit)));
  const auto words = fmt::format("Histogram of {}: {} bins from {} to {}, the tallest holds {} values", column.name, bins.counts.size(), figure(bins.from),
                                 figure(bins.to), human_count(tallest));
  return "<div>\n" + html_svg(400, 150, words, bars) +
         "<details><summary>Bins as a table</summary>\n<table><thead><tr><th scope=\"col\" class=\"n\">From</th><th scope=\"col\" class=\"n\">To</th><th "
         "scope=\"col\" class=\"n\">Values</th></tr></thead>\n<tbody>\n" +
         cells + "</tbody></table></details>\n</div>\n";
}

/// The shortest, usual and longest distance of two rows, on a logarithmic axis.
std::string interval_plot(const StoredColumn& column) {
  if (!column.intervals || !(column.intervals->shortest > 0) || !(column.intervals->longest >= column.intervals->shortest)) return {};
  const auto& steps = *column.intervals;
  const double low = std::floor(std::log10(steps.shortest)), high = std::max(low + 1, std::ceil(std::log10(steps.longest)));
  const auto x = [&](double seconds) { return 20 + 360 * (std::clamp(std::log10(seconds), low, high) - low) / (high - low); };
  std::string content = "<line x1=\"20\" y1=\"60\" x2=\"380\" y2=\"60\" stroke=\"currentColor\"/>\n";
  const int stride = std::max(1, static_cast<int>((high - low) / 8));
  for (int power = static_cast<int>(low); power <= static_cast<int>(high); power += stride) {
    const double at = 20 + 360 * (power - low) / (high - low);
    content += fmt::format(
        "<line x1=\"{0:.2f}\" y1=\"60\" x2=\"{0:.2f}\" y2=\"65\" stroke=\"currentColor\"/><text x=\"{0:.2f}\" y=\"79\" text-anchor=\"middle\">{1} s</text>\n",
        at, figure(std::pow(10.0, power)));
  }
  content += fmt::format("<rect class=\"bar\" x=\"{:.2f}\" y=\"32\" width=\"{:.2f}\" height=\"16\"/>\n", x(steps.shortest),
                         std::max(1.0, x(steps.longest) - x(steps.shortest)));
  if (steps.median > 0)
    content += fmt::format(
        "<line x1=\"{0:.2f}\" y1=\"24\" x2=\"{0:.2f}\" y2=\"56\" stroke=\"currentColor\" stroke-width=\"2.5\"/><text x=\"{0:.2f}\" y=\"17\" "
        "text-anchor=\"middle\">median</text>\n",
        x(steps.median));
  return html_svg(400, 88,
                  fmt::format("Distance of two rows in {}: {} s to {} s, median {} s; gaps: {}", column.name, figure(steps.shortest), figure(steps.longest),
                              figure(steps.median), human_count(column.gaps)),
                  content);
}

std::string missing_plot(const StoredColumn& column) {
  const auto all = column.values + column.missing();
  if (column.missing() == 0 || all == 0) return {};
  constexpr double width = 120;
  std::string content = "<rect x=\"0.5\" y=\"0.5\" width=\"119\" height=\"13\" fill=\"none\" stroke=\"currentColor\"/>\n";
  double x = 0;
  const auto part = [&](std::int64_t count, const char* fill) {
    if (count == 0) return;
    const double wide = std::max(1.0, width * static_cast<double>(count) / static_cast<double>(all));
    content += fmt::format("<rect x=\"{:.2f}\" y=\"0\" width=\"{:.2f}\" height=\"14\" fill=\"{}\"/>\n", std::min(x, width - 1), std::min(wide, width), fill);
    x += wide;
  };
  part(column.empty, "currentColor");
  part(column.error_word, "url(#stripes)");
  part(column.odd, "url(#dots)");
  return html_svg(120, 14,
                  fmt::format("Missing in {}: {}; {} empty, {} error words, {} odd", column.name, share(column.missing(), all), human_count(column.empty),
                              human_count(column.error_word), human_count(column.odd)),
                  content);
}

std::string findings_table(const StoredProfile& profile) {
  if (profile.findings.empty()) return "<h2>Findings</h2>\n<p>Nothing stands out.</p>\n";
  std::string text = "<h2>Findings</h2>\n";
  if (profile.findings.size() > most_findings)
    text += fmt::format("<p>The first {} of {}; profile.json holds all.</p>\n", most_findings, profile.findings.size());
  text +=
      "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\" class=\"n\">Count</th><th scope=\"col\">Column</th><th "
      "scope=\"col\">File</th><th scope=\"col\" class=\"n\">Row</th><th scope=\"col\">What it is</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < std::min(most_findings, profile.findings.size()); ++i) {
    const auto& one = profile.findings[i];
    text +=
        fmt::format("<tr><td><code>{}</code></td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n", xml_escaped(one.kind),
                    human_count(one.count), xml_escaped(one.column), xml_escaped(one.file), one.row > 0 ? human_count(one.row) : "", xml_escaped(one.text));
  }
  return text + "</tbody></table></div>\n";
}

/// A line for each column; the names lead to the sections below.
std::string overview(const StoredProfile& profile, const StoredTable& table) {
  std::string rows;
  for (std::size_t c = 0; c < std::min(most_columns, profile.columns.size()); ++c) {
    const auto& column = profile.columns[c];
    if (column.table != table.number) continue;
    const bool times = column.type == "timestamp";
    rows += fmt::format(
        "<tr><th scope=\"row\"><a href=\"#c{}\">{}</a></th><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td "
        "class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        c + 1, xml_escaped(column.name), xml_escaped(column.type), xml_escaped(column.unit), human_count(column.values), human_count(column.missing()),
        missing_plot(column), times ? xml_escaped(column.earliest) : figure(column.minimum), figure(column.mean),
        times ? xml_escaped(column.latest) : figure(column.maximum), (column.distinct_exact ? "" : "about ") + human_count(column.distinct));
  }
  return fmt::format("<h2>Table {}: {}</h2>\n<p>{} rows in {} {}{}.</p>\n", table.number, xml_escaped(table.first_file), human_count(table.rows),
                     human_count(table.files), table.files == 1 ? "file" : "files, this is the first",
                     table.ragged_rows > 0 ? "; " + human_count(table.ragged_rows) + " rows with more or fewer cells" : "") +
         "<p>Missing cells: full bars are empty cells, striped ones error words, dotted ones text that does not fit the type.</p>\n<div "
         "class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Column</th><th scope=\"col\">Type</th><th scope=\"col\">Unit</th><th scope=\"col\" "
         "class=\"n\">Values</th><th scope=\"col\" class=\"n\">Missing</th><th scope=\"col\">Share missing</th>"
         "<th scope=\"col\" class=\"n\">Minimum</th><th scope=\"col\" class=\"n\">Mean</th><th scope=\"col\" class=\"n\">Maximum</th><th scope=\"col\" "
         "class=\"n\">Distinct</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string counted(const std::string& caption, const std::vector<std::pair<std::string, std::int64_t>>& list) {
  if (list.empty()) return {};
  std::string text =
      "<table><caption>" + caption + "</caption>\n<thead><tr><th scope=\"col\">Value</th><th scope=\"col\" class=\"n\">Count</th></tr></thead>\n<tbody>\n";
  for (const auto& [value, count] : list) text += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td></tr>\n", xml_escaped(value), human_count(count));
  return text + "</tbody></table>\n";
}

std::string column_section(const StoredColumn& column, std::size_t number) {
  std::string text = fmt::format("<h3 id=\"c{}\">{}</h3>\n<div class=\"side\">\n<table><tbody>\n", number, xml_escaped(column.name));
  text += row("Type", column.type + (column.types_differ ? ", files disagree" : "")) + row("Unit", column.unit) + row("Values", human_count(column.values));
  if (column.missing() > 0)
    text += row("Empty", human_count(column.empty)) + row("Error words", human_count(column.error_word)) + row("Odd", human_count(column.odd));
  text += row("Distinct", (column.distinct_exact ? "" : "about ") + human_count(column.distinct));
  text += row("Earliest", column.earliest) + row("Latest", column.latest) + row("Minimum", figure(column.minimum)) + row("Mean", figure(column.mean)) +
          row("Deviation", figure(column.deviation));
  for (const auto& [rank, value] : column.quantiles) text += row("Quantile " + rank, figure(value));
  text += row("Maximum", figure(column.maximum));
  if (column.rank_error > 0) text += row("Quantiles are right within", fmt::format("{} of rank", column.rank_error));
  text += row("Order", column.order);
  if (column.longest_run > 1) text += row("Longest constant run", human_count(column.longest_run) + " rows");
  if (column.infinite > 0) text += row("Infinite", human_count(column.infinite));
  if (column.type == "timestamp") {
    text += row("Sampling period", with_unit(figure(column.sampling_period_s), "s"));
    if (column.intervals) text += row("Jitter", figure(column.intervals->jitter) + " s") + row("Longest pause", figure(column.intervals->longest) + " s");
    text += row("Gaps", human_count(column.gaps)) + row("Repeated times", human_count(column.repeated_times)) +
            row("Times that run back", human_count(column.backward_times));
  }
  text += "</tbody></table>\n" + histogram_plot(column) + interval_plot(column);
  text += counted(column.top_values_error > 0 ? fmt::format("Most frequent, counts may lack {}", human_count(column.top_values_error)) : "Most frequent",
                  column.top_values);
  return text + counted("Error words", column.error_words) + "</div>\n";
}

std::string correlations(const StoredProfile& profile) {
  if (profile.correlations.empty()) return {};
  std::string text = "<h2>Linear correlation</h2>\n";
  if (profile.correlations.size() > most_pairs)
    text += fmt::format("<p>The strongest {} of {} pairs.</p>\n", most_pairs, human_count(static_cast<std::int64_t>(profile.correlations.size())));
  text +=
      "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\" class=\"n\">Table</th><th scope=\"col\">Column</th><th scope=\"col\">Column</th><th "
      "scope=\"col\" class=\"n\">Coefficient</th><th scope=\"col\" class=\"n\">Rows</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < std::min(most_pairs, profile.correlations.size()); ++i) {
    const auto& pair = profile.correlations[i];
    text += fmt::format("<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{:.4f}</td><td class=\"n\">{}</td></tr>\n", pair.table,
                        xml_escaped(pair.a), xml_escaped(pair.b), pair.coefficient, human_count(pair.rows));
  }
  return text + "</tbody></table></div>\n";
}

}  // namespace

std::string profile_html(const StoredProfile& profile) {
  std::string text = html_page_start;
  text += html_plot_style;
  text += "<title>iai ingest: profile of a data set</title>\n</head>\n<body>\n";
  text +=
      R"svg(<svg width="0" height="0" aria-hidden="true"><defs><pattern id="stripes" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="4" fill="currentColor"/></pattern><pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1.2" fill="currentColor"/></pattern></defs></svg>
)svg";
  text += "<h1>Profile of a data set</h1>\n<table><tbody>\n" + row("Rows", human_count(profile.rows)) + row("Files", human_count(profile.files)) +
          row("Size", human_bytes(static_cast<double>(profile.bytes))) + row("Tables", std::to_string(profile.tables.size())) +
          row("Columns", std::to_string(profile.columns.size())) + row("Root digest", profile.root_digest) + "</tbody></table>\n";
  text += findings_table(profile);
  if (profile.columns.size() > most_columns)
    text += fmt::format("<p>The first {} of {} columns; profile.json holds all.</p>\n", most_columns, profile.columns.size());
  std::size_t shown = 0;
  for (const auto& table : profile.tables) {
    if (shown >= most_columns) break;
    text += overview(profile, table);
    for (std::size_t c = 0; c < std::min(most_columns, profile.columns.size()); ++c) {
      if (profile.columns[c].table != table.number) continue;
      text += column_section(profile.columns[c], c + 1);
      ++shown;
    }
  }
  return text + correlations(profile) + "</body>\n</html>\n";
}

}  // namespace iai
