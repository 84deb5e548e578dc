#include "commands/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"

namespace iai {

namespace {

constexpr double left = 64, top = 14, right = 16, bottom = 44;

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

/// 0 at the low end of the axis, 1 at the high one.
double share_of(const Chart::Axis& axis, double value) {
  if (axis.scale == Chart::Scale::linear) return (value - axis.low) / (axis.high - axis.low);
  return std::log10(value / axis.low) / std::log10(axis.high / axis.low);
}

/// At most `most` bytes of the end of `name`, cut between two characters.
std::string end_of(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  std::size_t at = name.size() - most;
  while (at < name.size() && (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80) ++at;
  return "\u2026" + name.substr(at);
}

struct Box {
  double x1, y1, x2, y2;
  bool meets(const Box& other) const { return x1 < other.x2 && other.x1 < x2 && y1 < other.y2 && other.y1 < y2; }
};

/// A place for a text beside a dot.
struct TextPlace {
  Box box;
  double x, y;
  const char* anchor;
};

/// To the right of a dot, to its left, above it and below it.
std::array<TextPlace, 4> places_beside(double x, double y, double long_px) {
  constexpr double gap = 8, high = 5;
  const auto level = [&](double at, const char* anchor, double from) {
    return TextPlace{{from, at - high, from + long_px, at + high}, anchor == std::string_view("end") ? from + long_px : from, at + 4, anchor};
  };
  const auto middle = [&](double at) { return TextPlace{{x - long_px / 2, at - high, x + long_px / 2, at + high}, x, at + 4, "middle"}; };
  return {level(y, "start", x + gap), level(y, "end", x - gap - long_px), middle(y - 13), middle(y + 13)};
}

}  // namespace

std::vector<double> axis_ticks(const Chart::Axis& axis) {
  std::vector<double> ticks;
  if (axis.scale == Chart::Scale::linear) {
    for (int tick = 0; tick <= 4; ++tick) ticks.push_back(axis.low + tick / 4.0 * (axis.high - axis.low));
    return ticks;
  }
  const int first = static_cast<int>(std::floor(std::log10(axis.low))), last = static_cast<int>(std::ceil(std::log10(axis.high)));
  const int step = std::max(1, (last - first) / 7);  // labels of more would touch each other
  for (const bool between : {false, true}) {
    ticks.clear();
    for (int power = first; power <= last; power += step) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * std::pow(10.0, power);
        if ((between || factor == 1) && tick >= axis.low && tick <= axis.high) ticks.push_back(tick);
      }
    }
    if (ticks.size() >= 3) return ticks;
  }
  return ticks.size() == 2 ? ticks : std::vector<double>{axis.low, axis.high};
}

Chart::Chart(Axis x, Axis y, Size size) : x_(std::move(x)), y_(std::move(y)), size_(size) {
  const double foot = top + size_.height;
  content_ = line_at(left, top, left, foot) + line_at(left, foot, left + size_.width, foot);
  for (const double tick : axis_ticks(x_)) {
    content_ += line_at(place_x(tick), foot, place_x(tick), foot + 4) + text_at(place_x(tick), foot + 16, fmt::format("{:.4g}", tick), "middle");
  }
  for (const double tick : axis_ticks(y_)) {
    content_ += line_at(left - 4, place_y(tick), left, place_y(tick)) + text_at(left - 7, place_y(tick) + 4, fmt::format("{:.4g}", tick), "end");
  }
  content_ += text_at(left + size_.width / 2, foot + 34, x_.name, "middle");
  content_ +=
      fmt::format("<text transform=\"translate(12 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n", top + size_.height / 2, xml_escaped(y_.name));
}

double Chart::place_x(double x) const { return left + size_.width * share_of(x_, x); }
double Chart::place_y(double y) const { return top + size_.height * (1 - share_of(y_, y)); }
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

Chart& Chart::dots(std::span<const ChartPoint> points, double radius, Fill fill) {
  for (const ChartPoint& point : points) {
    if (!holds(point)) continue;
    const double low = std::clamp(point.low, y_.low, y_.high), high = std::clamp(point.high, y_.low, y_.high);
    if (std::isfinite(point.low) && std::isfinite(point.high) && low < high)
      content_ += line_at(place_x(point.x), place_y(low), place_x(point.x), place_y(high), " stroke-opacity=\".6\"");
    content_ += dot_at(place_x(point.x), place_y(point.y), radius, fill == Fill::full ? "#5b7da6" : "none", point.words);
  }
  return *this;
}

Chart& Chart::bars(std::span<const ChartBar> bars) {
  for (const ChartBar& bar : bars) {
    const double from = std::max(bar.from, x_.low), to = std::min(bar.to, x_.high), height = std::min(bar.height, y_.high);
    if (!(from < to) || !(height > y_.low)) continue;
    const double x = place_x(from), y = place_y(height);
    content_ += fmt::format("<rect class=\"bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}</title></rect>\n", x, y,
                            place_x(to) - x, top + size_.height - y, xml_escaped(bar.words));
  }
  return *this;
}

Chart& Chart::level(double y) {
  if (y >= y_.low && y <= y_.high) content_ += line_at(left, place_y(y), left + size_.width, place_y(y), " stroke-dasharray=\"2 3\"");
  return *this;
}

Chart& Chart::upright(double x, const std::string& word) {
  if (!(x >= x_.low && x <= x_.high)) return *this;
  content_ += line_at(place_x(x), top, place_x(x), top + size_.height, " stroke-dasharray=\"2 3\"");
  content_ += text_at(place_x(x) + 3, top + 9, word, "start");
  return *this;
}

Chart& Chart::names(std::span<const ChartPoint> points, std::span<const std::string> names) {
  constexpr double letter = 6.1, dot = 5;
  constexpr std::size_t most_letters = 32;
  std::vector<Box> taken;
  for (const ChartPoint& point : points) {
    if (holds(point)) taken.push_back({place_x(point.x) - dot, place_y(point.y) - dot, place_x(point.x) + dot, place_y(point.y) + dot});
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!holds(points[i])) continue;
    const std::string name = end_of(names[i], most_letters);
    for (const TextPlace& place : places_beside(place_x(points[i].x), place_y(points[i].y), letter * static_cast<double>(name.size()))) {
      const Box& box = place.box;
      const bool inside = box.x1 >= left && box.x2 <= left + size_.width && box.y1 >= top && box.y2 <= top + size_.height;
      if (!inside || std::any_of(taken.begin(), taken.end(), [&](const Box& other) { return box.meets(other); })) continue;
      content_ += text_at(place.x, place.y, name, place.anchor);
      taken.push_back(box);
      break;
    }
  }
  return *this;
}

std::string Chart::svg(const std::string& words) const {
  return html_svg(static_cast<int>(left + size_.width + right), static_cast<int>(top + size_.height + bottom), words, content_);
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

Chart::Axis log_axis_around(std::string name, std::span<const double> values) {
  Chart::Axis axis{std::move(name), HUGE_VAL, 0, Chart::Scale::logarithmic};
  for (const double value : values) {
    if (!std::isfinite(value) || value <= 0) continue;
    axis.low = std::min(axis.low, value);
    axis.high = std::max(axis.high, value);
  }
  if (axis.high <= 0) return {axis.name, 0.1, 10, axis.scale};
  const double room = axis.low < axis.high ? std::pow(axis.high / axis.low, 0.06) : 2;
  return {axis.name, axis.low / room, axis.high * room, axis.scale};
}

std::string forest_plot(std::span<const ForestRow> rows, double whole, const std::string& words) {
  constexpr double names = 220, wide = 380, row_height = 20, first = 12;
  constexpr std::size_t most_letters = 32;
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
    content += text_at(names - 8, y + 4, end_of(row.name, most_letters), "end");
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
