#include "commands/quantize_plots.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace iai;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a histogram shows what was seen, and the range over it") {
  TensorStatistics seen;
  seen.minimum = -1;
  seen.maximum = 3;
  seen.elements = 30;
  seen.histogram = {10, 0, 0, 20};
  const std::string plot = activation_plot("a<b", seen, {-0.5, 2});
  CHECK(count(plot, "class=\"bar\"") == 2);
  CHECK(count(plot, "stroke-dasharray") == 2);
  CHECK(plot.find("Values of a&lt;b: -1 to 3, 30 of them") != std::string::npos);
  CHECK(plot.find("range -0.5 to 2") != std::string::npos);
  seen.histogram.clear();
  CHECK(activation_plot("a", seen, {-0.5, 2}).empty());
}

TEST_CASE("weights have a bar a channel, more than fit share one") {
  const std::vector<float> lows(1000, -1.0F), highs(1000, 2.0F);
  CHECK(count(weight_plot("w", lows, highs), "class=\"bar\"") == 200);
  CHECK(count(weight_plot("w", std::span(lows).first(3), std::span(highs).first(3)), "class=\"bar\"") == 3);
  CHECK(weight_plot("w", {}, {}).empty());
}

TEST_CASE("the front leads through what none beats in both") {
  const std::vector<FrontPoint> points{
      {100, 20, "small"}, {100, 30, "small and better"}, {150, 25, "beaten"}, {200, 40, "large", true}, {50, HUGE_VAL, "exact"}};
  const std::string plot = front_plot(points, FrontCost::size);
  CHECK(count(plot, "<circle") == 4);
  CHECK(count(plot, "r=\"7\"") == 1);
  const std::size_t line = plot.find("polyline points=\"") + 17;
  CHECK(count(plot.substr(line, plot.find('"', line) - line), ",") == 2);
  CHECK(plot.find("4 ways: size against error") != std::string::npos);
  const std::vector<FrontPoint> times{{0.5, 20, "fast"}, {1.25, 30, "slow"}};
  CHECK(front_plot(times, FrontCost::time).find("1.31 of the source") != std::string::npos);
  CHECK(front_plot({}, FrontCost::size).empty());
}

TEST_CASE("layers stand below those that they read, and no letter of a name is cut") {
  const std::vector<GraphLayer> layers{{"a", "Conv", "l1", 0.5, false, {}},
                                       {"b", "Conv", "l2", 0, true, {0}},
                                       {"c", "Conv", "l3", 0, false, {0}},
                                       {std::string("\xC3\xBC") + std::string(27, 'x') + "\xC3\xBC" + "y", "Add<", "l4", 0, false, {1, 2}}};
  const std::string graph = layer_graph(layers);
  CHECK(count(graph, "<rect class=\"box\"") == 4);
  CHECK(count(graph, "<path") == 4);
  CHECK(count(graph, "stroke-dasharray") == 1);
  CHECK(graph.find("href=\"#l4\"") != std::string::npos);
  CHECK(graph.find(">..." + std::string(24, 'x') + "\xC3\xBCy<") != std::string::npos);
  CHECK(layer_graph(std::vector<GraphLayer>(401, layers[0])).empty());
}
