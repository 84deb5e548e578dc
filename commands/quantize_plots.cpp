#include "commands/quantize_plots.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"
#include "commands/result.hpp"

namespace iai {

namespace {

std::string text_at(double x, double y, const std::string& text, const char* anchor = "start") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, xml_escaped(text));
}

std::string line_at(double x1, double y1, double x2, double y2, const char* more = "") {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"currentColor\"{}/>\n", x1, y1, x2, y2, more);
}

/// The end of a name, where names of layers differ.
std::string last_letters(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  std::size_t from = name.size() - most + 3;
  while (from < name.size() && (static_cast<unsigned char>(name[from]) & 0xC0) == 0x80) ++from;  // no letter is cut
  return "..." + name.substr(from);
}

/// Of a layer: nothing below 0.01 % lost, full at all, in equal steps for each tenfold.
double redness(double lost_share) {
  constexpr double full = 0.7, tenfolds = 4;
  return lost_share > 0 ? full * std::clamp(1 + std::log10(lost_share) / tenfolds, 0.0, 1.0) : 0;
}

/// Counts of `parts` equal parts from `low` to `high`.
std::vector<double> rebinned(const TensorStatistics& seen, double low, double high, std::size_t parts) {
  std::vector<double> counts(parts);
  for (std::size_t i = 0; i < seen.histogram.size(); ++i) {
    if (seen.histogram[i] == 0) continue;
    const double place = (seen.bin_value(i) - low) / (high - low) * static_cast<double>(parts);
    counts[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(parts - 1)))] += static_cast<double>(seen.histogram[i]);
  }
  return counts;
}

}  // namespace

std::string activation_plot(const std::string& tensor, const TensorStatistics& seen, const Range& range) {
  constexpr double left = 10, width = 400, base = 122, height = 100;
  constexpr std::size_t parts = 64;
  const double low = std::min(static_cast<double>(seen.minimum), range.low), high = std::max(static_cast<double>(seen.maximum), range.high);
  if (seen.histogram.empty() || !(low < high)) return {};
  const std::vector<double> counts = rebinned(seen, low, high, parts);
  // Logarithmic: one value of a million is what a range is about.
  const double tallest = std::log1p(*std::max_element(counts.begin(), counts.end()));
  const double step = width / static_cast<double>(parts);
  std::string content;
  for (std::size_t i = 0; i < parts; ++i) {
    if (counts[i] <= 0) continue;
    const double tall = std::max(0.75, height * std::log1p(counts[i]) / tallest);
    content += fmt::format("<rect class=\"bar\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"/>\n", left + step * static_cast<double>(i),
                           base - tall, step * 0.94, tall);
  }
  const auto x = [&](double value) { return left + width * (value - low) / (high - low); };
  content += line_at(left, base, left + width, base);
  for (const double end : {range.low, range.high}) content += line_at(x(end), 12, x(end), base + 6, " stroke-width=\"2\" stroke-dasharray=\"5 3\"");
  content += text_at(left, 140, fmt::format("{:.4g}", low)) + text_at(left + width, 140, fmt::format("{:.4g}", high), "end");
  content += text_at(left, 10, last_letters(tensor, 40)) + text_at(left + width, 10, fmt::format("range {:.4g} to {:.4g}", range.low, range.high), "end");
  return html_svg(420, 146,
                  fmt::format("Values of {}: {:.4g} to {:.4g}, {} of them, heights are logarithmic; the chosen range is {:.4g} to {:.4g}", tensor, seen.minimum,
                              seen.maximum, human_count(seen.elements), range.low, range.high),
                  content);
}

std::string weight_plot(const std::string& layer, std::span<const float> lows, std::span<const float> highs) {
  if (lows.empty()) return {};
  constexpr double left = 10, width = 400, top = 14, height = 108;
  constexpr std::size_t most = 200;  // more share a bar
  const std::size_t bars = std::min(lows.size(), most);
  const double low = std::min(0.0, static_cast<double>(*std::min_element(lows.begin(), lows.end())));
  const double high = std::max(0.0, static_cast<double>(*std::max_element(highs.begin(), highs.end())));
  if (!(low < high)) return {};
  const auto y = [&](double value) { return top + height * (high - value) / (high - low); };
  std::string content;
  for (std::size_t bar = 0; bar < bars; ++bar) {
    const std::size_t first = bar * lows.size() / bars, last = (bar + 1) * lows.size() / bars;
    const double least =
        static_cast<double>(*std::min_element(lows.begin() + static_cast<std::ptrdiff_t>(first), lows.begin() + static_cast<std::ptrdiff_t>(last)));
    const double most_of =
        static_cast<double>(*std::max_element(highs.begin() + static_cast<std::ptrdiff_t>(first), highs.begin() + static_cast<std::ptrdiff_t>(last)));
    const double step = width / static_cast<double>(bars);
    content += fmt::format("<rect class=\"bar\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"/>\n", left + step * static_cast<double>(bar),
                           y(most_of), step * 0.9, std::max(0.75, y(least) - y(most_of)));
  }
  content += line_at(left, y(0), left + width, y(0));
  content += text_at(left, 10, fmt::format("weights of {} channels", lows.size())) + text_at(left + width, 10, fmt::format("{:.4g}", high), "end");
  content += text_at(left + width, 138, fmt::format("{:.4g}", low), "end");
  return html_svg(420, 146, fmt::format("Weights of {}: {} channels, {:.4g} to {:.4g}", layer, lows.size(), low, high), content);
}

std::string front_plot(std::span<const FrontPoint> all, FrontCost cost) {
  std::vector<FrontPoint> points;
  std::copy_if(all.begin(), all.end(), std::back_inserter(points), [](const FrontPoint& point) { return std::isfinite(point.sqnr_db); });
  if (points.empty()) return {};
  std::stable_sort(points.begin(), points.end(), [](const FrontPoint& one, const FrontPoint& other) { return one.cost < other.cost; });
  const auto cost_text = [&](double value) { return cost == FrontCost::size ? human_bytes(value) : fmt::format("{:.2f} of the source's time", value); };
  constexpr double left = 60, width = 480, top = 16, height = 200, margin = 0.05;
  const auto [least, most] = std::minmax_element(points.begin(), points.end(), [](const auto& one, const auto& other) { return one.sqnr_db < other.sqnr_db; });
  const double from = points.front().cost * (1 - margin), to = points.back().cost * (1 + margin);
  const double low = std::floor(least->sqnr_db - 1), high = std::ceil(most->sqnr_db + 1);
  const auto x = [&](double value) { return left + width * (value - from) / (to - from); };
  const auto y = [&](double sqnr) { return top + height * (high - sqnr) / (high - low); };
  std::string content = line_at(left, top, left, top + height) + line_at(left, top + height, left + width, top + height);
  content += text_at(left - 6, top + 8, fmt::format("{:.0f} dB", high), "end") + text_at(left - 6, top + height, fmt::format("{:.0f} dB", low), "end");
  content += text_at(left, top + height + 18, cost_text(from)) + text_at(left + width, top + height + 18, cost_text(to), "end");
  std::string front;
  double best = -HUGE_VAL;
  for (std::size_t i = 0; i < points.size(); ++i) {  // of equal costs only the best is on the front
    const bool last_of_cost = i + 1 == points.size() || points[i + 1].cost > points[i].cost;
    double here = points[i].sqnr_db;
    for (std::size_t j = i; j-- > 0 && points[j].cost == points[i].cost;) here = std::max(here, points[j].sqnr_db);
    if (!last_of_cost || here <= best) continue;
    front += fmt::format("{}{:.1f},{:.1f}", front.empty() ? "" : " ", x(points[i].cost), y(here));
    best = here;
  }
  content += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"4 3\"/>\n", front);
  for (const FrontPoint& point : points) {
    content += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" stroke=\"currentColor\"><title>{}</title></circle>\n", x(point.cost),
                           y(point.sqnr_db), point.chosen ? 7 : 4, point.chosen ? "currentColor" : "#5b7da6", xml_escaped(point.words));
  }
  return html_svg(560, 244,
                  fmt::format("{} ways: {} against error of the outputs; the large point was kept", points.size(), cost == FrontCost::size ? "size" : "time"),
                  content);
}

std::string layer_graph(std::span<const GraphLayer> layers) {
  constexpr std::size_t most = 400;
  constexpr double wide = 210, tall = 36, across = 230, down = 62;
  if (layers.empty() || layers.size() > most) return {};
  std::vector<std::size_t> rank(layers.size()), place(layers.size()), used;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (const std::size_t before : layers[i].before) rank[i] = std::max(rank[i], rank[before] + 1);
    used.resize(std::max(used.size(), rank[i] + 1));
    place[i] = used[rank[i]]++;
  }
  const auto x = [&](std::size_t i) { return 10 + across * static_cast<double>(place[i]); };
  const auto y = [&](std::size_t i) { return 10 + down * static_cast<double>(rank[i]); };
  std::string content;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (const std::size_t before : layers[i].before) {
      const double from = x(before) + wide / 2, to = x(i) + wide / 2, bottom = y(before) + tall, top = y(i);
      const bool passes = rank[i] > rank[before] + 1;  // other layers: the line goes round them
      const double aside = passes ? (wide / 2 + 12) * 4 / 3 : 0, bend = passes ? 40 : down - tall;
      content +=
          fmt::format("<path d=\"M{:.0f},{:.0f} C{:.0f},{:.0f} {:.0f},{:.0f} {:.0f},{:.0f}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".5\"/>\n",
                      from, bottom, from + aside, bottom + bend, to + aside, top - bend, to, top);
    }
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const GraphLayer& layer = layers[i];
    const std::string frame = fmt::format("x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" rx=\"4\"", x(i), y(i), wide, tall);
    content += fmt::format("<a href=\"#{}\"><title>{}</title><rect class=\"box\" {}/>", layer.link, xml_escaped(layer.title), frame);
    content += fmt::format("<rect {} fill=\"#c0392b\" fill-opacity=\"{:.2f}\" stroke=\"currentColor\"{}/>\n", frame, redness(layer.lost_share),
                           layer.in_float ? " stroke-dasharray=\"5 3\"" : "");
    content += text_at(x(i) + 8, y(i) + 15, last_letters(layer.title, 30)) + text_at(x(i) + 8, y(i) + 29, layer.detail) + "</a>\n";
  }
  const std::size_t widest = *std::max_element(used.begin(), used.end());
  return html_svg(
      static_cast<int>(20 + across * static_cast<double>(widest)), static_cast<int>(down * static_cast<double>(used.size()) + 10),
      fmt::format("{} layers, top to bottom in the order of the data; the redder, the more a layer loses by itself; broken lines are float", layers.size()),
      content);
}

}  // namespace iai
