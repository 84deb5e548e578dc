#include "commands/quantize_returns.hpp"

#include <map>

#include <doctest/doctest.h>

using namespace iai;

namespace {

std::vector<std::string> numbered(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("layer" + std::to_string(i));
  return names;
}

/// Each operator costs what `harm` says in int8, a hundredth of it in int16; all of them together may cost `limit`.
struct Costs {
  std::map<std::string, double> harm;
  double limit = 0;
  int asked = 0, most = 1 << 20;
  double cost(const Returned& returned) const {
    double sum = 0;
    for (const auto& [name, value] : harm) sum += returned.to_float.contains(name) ? 0 : returned.to_int16.contains(name) ? value / 100 : value;
    return sum;
  }
  ReturnOutcome search(const std::vector<std::string>& ranked, Between between) {
    return search_returned(ranked, between, [&](const Returned& returned) -> std::optional<bool> {
      if (asked == most) return std::nullopt;
      ++asked;
      return cost(returned) <= limit;
    });
  }
};

Costs harmful(int count, const std::map<int, double>& harm, double limit) {
  Costs costs{{}, limit};
  for (int i = 0; i < count; ++i) costs.harm["layer" + std::to_string(i)] = 0.001;
  for (const auto& [i, value] : harm) costs.harm["layer" + std::to_string(i)] = value;
  return costs;
}

}  // namespace

TEST_CASE("the worst operators alone are returned, with few tries") {
  Costs costs = harmful(100, {{0, 5}, {1, 3}, {2, 2}}, 1);
  const ReturnOutcome outcome = costs.search(numbered(100), Between::nothing);
  CHECK(outcome.holds);
  CHECK_FALSE(outcome.cut);
  CHECK(outcome.returned.to_float == std::set<std::string>{"layer0", "layer1", "layer2"});
  CHECK(outcome.returned.to_int16.empty());
  CHECK(costs.asked <= 10);
}

TEST_CASE("int16 comes before float, and float only for what int16 does not heal") {
  Costs costs = harmful(20, {{0, 5}, {1, 3}}, 0.5);
  CHECK(costs.search(numbered(20), Between::int16).returned == Returned{{}, {"layer0", "layer1"}});
  Costs strict = harmful(20, {{0, 500}, {1, 3}}, 0.5);
  const ReturnOutcome outcome = strict.search(numbered(20), Between::int16);
  CHECK(outcome.holds);
  CHECK(outcome.returned == Returned{{"layer0"}, {"layer1"}});
  CHECK(strict.asked <= 30);
}

TEST_CASE("a harmful operator that is ranked last is found, and the harmless ones before it come back") {
  Costs costs = harmful(64, {{60, 5}}, 1);
  const ReturnOutcome outcome = costs.search(numbered(64), Between::nothing);
  CHECK(outcome.returned.to_float == std::set<std::string>{"layer60"});
  CHECK(costs.asked <= 30);
}

TEST_CASE("one operator stays in integers: where each alone is too much, nothing is found") {
  Costs last = harmful(8, {{0, 5}, {1, 5}, {2, 5}, {3, 5}, {4, 5}, {6, 5}, {7, 5}}, 1);
  CHECK(last.search(numbered(8), Between::nothing).returned.to_float.size() == 7);
  Costs costs = harmful(8, {{0, 5}, {1, 5}, {2, 5}, {3, 5}, {4, 5}, {5, 5}, {6, 5}, {7, 5}}, 1);
  const ReturnOutcome outcome = costs.search(numbered(8), Between::nothing);
  CHECK_FALSE(outcome.holds);
  CHECK_FALSE(outcome.cut);
  CHECK(outcome.returned.empty());
  CHECK(harmful(1, {{0, 5}}, 1).search(numbered(1), Between::nothing).holds == false);
  CHECK(harmful(0, {}, -1).search({}, Between::int16).holds == false);
  // In 16 bits it may stay alone.
  CHECK(harmful(1, {{0, 5}}, 1).search(numbered(1), Between::int16).returned.to_int16 == std::set<std::string>{"layer0"});
}

TEST_CASE("a search that is cut keeps what holds") {
  Costs none = harmful(64, {{60, 5}}, 1);
  none.most = 3;
  const ReturnOutcome early = none.search(numbered(64), Between::nothing);
  CHECK(early.cut);
  CHECK_FALSE(early.holds);
  for (int most = 10; most < 25; ++most) {
    Costs some = harmful(64, {{60, 5}}, 1);
    some.most = most;
    const ReturnOutcome outcome = some.search(numbered(64), Between::nothing);
    CAPTURE(most);
    CHECK(outcome.holds);
    CHECK(some.cost(outcome.returned) <= some.limit);
  }
}

TEST_CASE("no choice is judged twice") {
  std::set<Returned> seen;
  const ReturnOutcome outcome = search_returned(numbered(30), Between::int16, [&](const Returned& returned) -> std::optional<bool> {
    CHECK(seen.insert(returned).second);
    CHECK_FALSE(returned.empty());
    return returned.to_float.contains("layer3") && returned.to_float.contains("layer17");
  });
  CHECK(outcome.returned == Returned{{"layer3", "layer17"}, {}});
}
