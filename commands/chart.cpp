#include "commands/chart.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"

namespace iai {

namespace {

constexpr double left = 64, top = 14, width = 320, height = 240, right = 16, bottom = 44;

std::string text_at(double x, double y, const std::string& text, const char* anchor) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, xml_escaped(text));
}

std::string line_at(double x1, double y1, double x2, double y2, const std::string& more = "") {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"currentColor\"{}/>\n", x1, y1, x2, y2, more);
}

std::string dot_at(double x, double y, double radius, const std::string& fill, const std::string& words) {
  const std::string title = words.empty() ? "" : "<title>" + xml_escaped(words) + "</title>";
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" stroke=\"currentColor\" stroke-width=\".7\">{}</circle>\n", x, y, radius, fill,
                     title);
}

}  // namespace

Chart::Chart(Axis x, Axis y) : x_(std::move(x)), y_(std::move(y)) {
  content_ = line_at(left, top, left, top + height) + line_at(left, top + height, left + width, top + height);
  for (int tick = 0; tick <= 4; ++tick) {
    const double share = tick / 4.0;
    const double px = left + width * share, py = top + height * (1 - share);
    content_ += line_at(px, top + height, px, top + height + 4) + line_at(left - 4, py, left, py);
    content_ += text_at(px, top + height + 16, fmt::format("{:.4g}", x_.low + share * (x_.high - x_.low)), "middle");
    content_ += text_at(left - 7, py + 4, fmt::format("{:.4g}", y_.low + share * (y_.high - y_.low)), "end");
  }
  content_ += text_at(left + width / 2, top + height + 34, x_.name, "middle");
  content_ += fmt::format("<text transform=\"translate(12 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n", top + height / 2, xml_escaped(y_.name));
}

double Chart::place_x(double x) const { return left + width * (x - x_.low) / (x_.high - x_.low); }
double Chart::place_y(double y) const { return top + height * (y_.high - y) / (y_.high - y_.low); }
bool Chart::holds(const ChartPoint& point) const { return point.x >= x_.low && point.x <= x_.high && point.y >= y_.low && point.y <= y_.high; }

Chart& Chart::line(std::span<const ChartPoint> points, const std::string& dash) {
  std::string path;
  for (const ChartPoint& point : points) {
    if (holds(point)) path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", place_x(point.x), place_y(point.y));
  }
  content_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.3\"{}/>\n", path,
                          dash.empty() ? "" : " stroke-dasharray=\"" + dash + "\"");
  return *this;
}

Chart& Chart::dots(std::span<const ChartPoint> points, double radius) {
  for (const ChartPoint& point : points) {
    if (!holds(point)) continue;
    const double low = std::clamp(point.low, y_.low, y_.high), high = std::clamp(point.high, y_.low, y_.high);
    if (std::isfinite(point.low) && std::isfinite(point.high) && low < high)
      content_ += line_at(place_x(point.x), place_y(low), place_x(point.x), place_y(high), " stroke-opacity=\".6\"");
    content_ += dot_at(place_x(point.x), place_y(point.y), radius, "#5b7da6", point.words);
  }
  return *this;
}

Chart& Chart::level(double y) {
  if (y >= y_.low && y <= y_.high) content_ += line_at(left, place_y(y), left + width, place_y(y), " stroke-dasharray=\"2 3\"");
  return *this;
}

std::string Chart::svg(const std::string& words) const {
  return html_svg(static_cast<int>(left + width + right), static_cast<int>(top + height + bottom), words, content_);
}

Chart::Axis axis_around(std::string name, std::span<const double> values) {
  Chart::Axis axis{std::move(name), HUGE_VAL, -HUGE_VAL};
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    axis.low = std::min(axis.low, value);
    axis.high = std::max(axis.high, value);
  }
  if (!(axis.low <= axis.high)) return {axis.name, 0, 1};
  const double room = axis.low < axis.high ? 0.04 * (axis.high - axis.low) : 1;
  return {axis.name, axis.low - room, axis.high + room};
}

std::string forest_plot(std::span<const ForestRow> rows, double whole, const std::string& words) {
  constexpr double names = 220, wide = 380, row_height = 20, first = 12;
  std::vector<double> values{whole};
  for (const ForestRow& row : rows) values.insert(values.end(), {row.value, row.low, row.high});
  const Chart::Axis axis = axis_around("", values);
  const auto x = [&](double value) { return names + wide * (value - axis.low) / (axis.high - axis.low); };
  const double end = first + row_height * static_cast<double>(rows.size());
  std::string content;
  if (std::isfinite(whole)) content += line_at(x(whole), first - 6, x(whole), end, " stroke-dasharray=\"4 3\"");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ForestRow& row = rows[i];
    const double y = first + row_height * static_cast<double>(i) + 8;
    content += text_at(names - 8, y + 4, row.name, "end");
    if (!std::isfinite(row.value)) {
      content += text_at(names + 4, y + 4, "undefined", "start");
      continue;
    }
    if (std::isfinite(row.low) && std::isfinite(row.high)) content += line_at(x(row.low), y, x(row.high), y);
    content +=
        dot_at(x(row.value), y, 4, row.marked ? "none" : "#5b7da6", fmt::format("{}: {:.4g} ({:.4g} to {:.4g})", row.name, row.value, row.low, row.high));
  }
  content += line_at(names, end + 2, names + wide, end + 2);
  content += text_at(names, end + 16, fmt::format("{:.4g}", axis.low), "start") + text_at(names + wide, end + 16, fmt::format("{:.4g}", axis.high), "end");
  return html_svg(static_cast<int>(names + wide + 20), static_cast<int>(end + 24), words, content);
}

}  // namespace iai
