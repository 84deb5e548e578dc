#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>

#include "evaluator/contract/validate.hpp"
#include "formats/yaml.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

using Cells = std::map<std::string, std::set<std::int64_t>>;  // rows that break a rule, by rule

/// What validate() finds, row by row, and the same as text with every place.
std::pair<Cells, std::string> found(const std::filesystem::path& path, const Contract& contract, int threads, std::size_t most_kept) {
  ValidateOptions options;
  options.threads = threads;
  options.most_kept = most_kept;
  const auto validation = validate(std::vector{path}, contract, options);
  Cells cells;
  std::string text;
  for (const auto& one : validation.log.sorted()) {
    for (auto row = one.row; row <= one.last_row; ++row) cells[one.rule].insert(row);
    text +=
        fmt::format("{} {} {}-{} {}-{} {} '{}' {}\n", one.rule, one.column, one.row, one.last_row, one.line, one.last_line, one.byte, one.value, one.message);
  }
  for (const auto& [rule, count] : validation.log.counts()) text += fmt::format("{}: {} in {}\n", rule, count.cells, count.places);
  return {cells, text};
}

}  // namespace

TEST_CASE("what a contract finds is what a plain reading finds, for any number of threads") {
  std::mt19937 random(23);
  const auto draw = [&](unsigned most) { return static_cast<unsigned>(random() % most); };
  std::string text = "key,part,value,state,on\n";
  Cells wanted;
  std::set<std::string> keys;
  std::int64_t stood = 0;
  double before = -1;
  for (std::int64_t row = 1; row <= 40'000; ++row) {
    const auto key = draw(500) == 0 ? "K7" : fmt::format("K{}", row);
    const auto part = draw(300) == 0 ? 12 : 100 + static_cast<int>(draw(900));
    const double value = draw(2000) == 0 ? 99.5 : row % 9000 > 8970 ? 5 : draw(1000) / 100.0;
    const auto* state = draw(400) == 0 ? "HALTED" : draw(700) == 0 ? "" : draw(2) == 0 ? "RUN" : "IDLE";
    const auto* on = draw(3) == 0 ? "ja" : "nein";
    text += fmt::format("{},{},{:.2f},{},{}\n", key, part, value, state, on);
    if (!keys.insert(key).second) wanted["unique"].insert(row);
    if (part < 100) wanted["part/pattern"].insert(row);  // a pattern over numbers reads them as they are written
    if (value > 10) wanted["value/range"].insert(row);
    if (std::string(state) == "HALTED") wanted["state/allowed"].insert(row);
    if (std::string(state).empty()) wanted["state/missing"].insert(row);
    if (std::string(on) == "ja" && std::string(state) != "RUN") wanted["implies"].insert(row);
    stood = value == before ? stood + 1 : 1;
    before = value;
    if (stood == 20)
      for (int back = 0; back < 20; ++back) wanted["value/stuck"].insert(row - back);
    if (stood > 20) wanted["value/stuck"].insert(row);
  }
  const TemporaryFolder folder;
  const auto file = folder.write("t.csv", text);
  const Contract contract = parse_contract(parse_yaml(
      "tables:\n  - files: \"**\"\n    unique: {columns: key}\n    implies: {when: {on: true}, any: {state: RUN}}\n    columns:\n"
      "      - {name: key}\n      - {name: part, type: integer, pattern: \"[0-9]{3}\"}\n"
      "      - {name: value, range: {maximum: 10}, stuck: 20}\n      - {name: state, missing: 0, allowed: [RUN, IDLE]}\n      - {name: on, type: boolean}\n",
      "c.yaml"));
  const auto [cells, one] = found(file, contract, 1, 1'000'000);
  REQUIRE(wanted.size() == 7);
  for (const auto& expected : wanted) {
    const auto& rule = expected.first;
    CAPTURE(rule);
    REQUIRE(cells.contains(rule));
    CHECK(cells.at(rule) == expected.second);
  }
  CHECK(cells.size() == wanted.size());
  CHECK(found(file, contract, 3, 1'000'000).second == one);
  CHECK(found(file, contract, 3, 10).second == found(file, contract, 1, 10).second);
}
