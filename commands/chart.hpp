#pragma once

#include <span>
#include <string>
#include <vector>

namespace iai {

/// A number on an axis, and its interval where there is one (else both bounds are the value).
struct ChartPoint {
  double x = 0, y = 0, low = 0, high = 0;
  std::string words = {};  ///< shown where the pointer rests
};

/// A plot of two axes as inline SVG. Ranges are given; what lies outside is left out.
class Chart {
 public:
  struct Axis {
    std::string name;
    double low = 0, high = 1;
  };
  Chart(Axis x, Axis y);

  /// @param dash  an SVG stroke-dasharray, as "5 3"; empty: an unbroken line
  Chart& line(std::span<const ChartPoint> points, const std::string& dash = "");
  /// Dots, with bars for their intervals.
  Chart& dots(std::span<const ChartPoint> points, double radius = 3.5);
  /// Across the whole plot, at `y`.
  Chart& level(double y);
  /// The SVG element. @param words  what the plot shows, for those who cannot see it
  std::string svg(const std::string& words) const;

 private:
  double place_x(double x) const;
  double place_y(double y) const;
  bool holds(const ChartPoint& point) const;
  Axis x_, y_;
  std::string content_;
};

/// An axis that holds all values, with a little room; [value - 1, value + 1] when there is one only.
Chart::Axis axis_around(std::string name, std::span<const double> values);

/// Values with intervals under each other, each with its name: a forest plot. @param whole  drawn as a line across
struct ForestRow {
  std::string name;
  double value = 0, low = 0, high = 0;  ///< NaN bounds: no interval
  bool marked = false;                  ///< drawn hollow
};
std::string forest_plot(std::span<const ForestRow> rows, double whole, const std::string& words);

}  // namespace iai
