#include "commands/chart.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace iai;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("numbers on axes") {
  CHECK(axis_ticks({"x", 0, 8}) == std::vector<double>{0, 2, 4, 6, 8});
  const auto log = [](double low, double high) { return axis_ticks({"x", low, high, Chart::Scale::logarithmic}); };
  const std::vector<double> decades = log(0.5, 200);
  REQUIRE(decades.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(decades[i] == doctest::Approx(std::pow(10, static_cast<double>(i))));
  const std::vector<double> parts = log(0.9, 6);
  REQUIRE(parts.size() == 3);
  CHECK(parts[1] == doctest::Approx(2));
  CHECK(log(1.1, 1.9) == std::vector<double>{1.1, 1.9});  // nothing round lies between: the ends
  CHECK(log(1e-9, 1e9).size() <= 10);
}

TEST_CASE("a logarithmic axis holds its values and leaves out what has no place on it") {
  const double values[] = {10, 1000, 0, -3, std::nan("")};
  const Chart::Axis axis = log_axis_around("x", values);
  CHECK(axis.low == doctest::Approx(10 / std::pow(100, 0.06)));
  CHECK(axis.high == doctest::Approx(1000 * std::pow(100, 0.06)));
  const double one[] = {4};
  CHECK(log_axis_around("x", one).low == 2);
  CHECK(log_axis_around("x", {}).high == 10);
}

TEST_CASE("points on logarithmic axes, bars, lines and names where they belong") {
  // A plot of 320 by 240 begins at (64, 14): a decade is 160 px wide and 120 px high.
  Chart chart({"x", 1, 100, Chart::Scale::logarithmic}, {"y", 1, 100, Chart::Scale::logarithmic});
  const ChartPoint points[] = {{10, 10, 10, 10, "middle"}, {1000, 1, 1, 1, "outside"}};
  const ChartBar bars[] = {{0.1, 10, 10, "half"}, {20, 30, 0.5, "below the foot"}};
  const std::string names[] = {"first <name>", "second"};
  const std::string svg = chart.dots(points).bars(bars).upright(10, "here").upright(200, "nowhere").names(points, names).svg("what it shows");
  CHECK(has(svg, "cx=\"224.0\" cy=\"134.0\""));
  CHECK_FALSE(has(svg, "outside"));
  CHECK(has(svg, R"(<rect class="bar" x="64.0" y="134.0" width="160.0" height="120.0"><title>half</title>)"));
  CHECK_FALSE(has(svg, "below the foot"));
  CHECK(has(svg, ">here<"));
  CHECK_FALSE(has(svg, "nowhere"));
  CHECK(has(svg, "x=\"232.0\" y=\"138.0\" text-anchor=\"start\">first &lt;name&gt;<"));
  CHECK_FALSE(has(svg, "second"));
}

TEST_CASE("names keep out of each other's way, and long ones lose their beginning") {
  const Chart::Axis axis{"x", 0, 10};
  const ChartPoint same[] = {{5, 5, 5, 5}, {5, 5, 5, 5}, {5, 5, 5, 5}, {5, 5, 5, 5}, {5, 5, 5, 5}};
  const std::string names[] = {"a", "b", "c", "d", "e"};
  const std::string svg = Chart(axis, axis).names(same, names).svg("");
  for (const char* placed : {">a<", ">b<", ">c<", ">d<"}) CHECK(has(svg, placed));
  CHECK_FALSE(has(svg, ">e<"));  // right, left, above and below are taken
  const ChartPoint one[] = {{2, 2, 2, 2}};
  const std::string name[] = {std::string(40, 'x') + "/\xC3\xA4" + std::string(31, 'y')};
  CHECK(has(Chart(axis, axis).names(one, name).svg(""), ">\xE2\x80\xA6" + std::string(31, 'y') + "<"));  // never half a character
}
