#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace iai {

/// A number on an axis, and its interval where there is one (else both bounds are the value).
struct ChartPoint {
  double x = 0, y = 0, low = 0, high = 0;
  std::string words = {};  ///< shown where the pointer rests
};

/// A bar from the foot of the plot.
struct ChartBar {
  double from = 0, to = 0, height = 0;
  std::string words = {};
};

/// A plot of two axes as inline SVG. Ranges are given; what lies outside is left out.
class Chart {
 public:
  enum class Scale { linear, logarithmic };
  struct Axis {
    std::string name;
    double low = 0, high = 1;  ///< both above 0 on a logarithmic axis
    Scale scale = Scale::linear;
  };
  /// Of the plot without what stands around it, px.
  struct Size {
    double width = 320, height = 240;
  };
  enum class Fill { full, hollow };
  Chart(Axis x, Axis y, Size size);
  Chart(Axis x, Axis y) : Chart(std::move(x), std::move(y), Size()) {}

  /// @param dash  an SVG stroke-dasharray, as "5 3"; empty: an unbroken line
  Chart& line(std::span<const ChartPoint> points, const std::string& dash = "");
  /// Dots, with bars for their intervals.
  Chart& dots(std::span<const ChartPoint> points, double radius = 3.5, Fill fill = Fill::full);
  Chart& bars(std::span<const ChartBar> bars);
  /// Across the whole plot, at `y`.
  Chart& level(double y);
  /// From its foot to its top, at `x`, with a word at the top.
  Chart& upright(double x, const std::string& word);
  /// Writes names beside points, one a point, the first first; a name that finds no room is left out, and long ones lose their beginning.
  Chart& names(std::span<const ChartPoint> points, std::span<const std::string> names);
  /// The SVG element. @param words  what the plot shows, for those who cannot see it
  std::string svg(const std::string& words) const;

 private:
  double place_x(double x) const;
  double place_y(double y) const;
  bool holds(const ChartPoint& point) const;
  Axis x_, y_;
  Size size_;
  std::string content_;
};

/// An axis that holds all values, with a little room; [value - 1, value + 1] when there is one only.
Chart::Axis axis_around(std::string name, std::span<const double> values);
/// The same on a logarithmic scale; values that are not above 0 are left out, and a single one has room for a factor of 2.
Chart::Axis log_axis_around(std::string name, std::span<const double> values);
/// Where an axis has its numbers, rising: five of a linear one; of a logarithmic one the powers of ten, or 1, 2, 5 of each, or its ends.
std::vector<double> axis_ticks(const Chart::Axis& axis);

/// Values with intervals under each other, each with its name: a forest plot. @param whole  drawn as a line across
struct ForestRow {
  std::string name;
  double value = 0, low = 0, high = 0;  ///< NaN bounds: no interval
  bool marked = false;                  ///< drawn hollow
};
std::string forest_plot(std::span<const ForestRow> rows, double whole, const std::string& words);

}  // namespace iai
