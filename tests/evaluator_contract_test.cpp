#include <doctest/doctest.h>

#include "evaluator/contract/contract.hpp"
#include "formats/error.hpp"
#include "formats/pattern.hpp"

using namespace iai;

TEST_CASE("globs") {
  CHECK(matches_path_glob("**", "a/b/c.csv"));
  CHECK(matches_path_glob("*.csv", "c.csv"));
  CHECK_FALSE(matches_path_glob("*.csv", "a/c.csv"));
  CHECK(matches_path_glob("**/*.csv", "c.csv"));
  CHECK(matches_path_glob("**/*.csv", "a/b/c.csv"));
  CHECK_FALSE(matches_path_glob("**/c.csv", "a/xc.csv"));
  CHECK(matches_path_glob("a/**/c.csv", "a/c.csv"));
  CHECK(matches_path_glob("a/**/c.csv", "a/x/y/c.csv"));
  CHECK_FALSE(matches_path_glob("a/**/c.csv", "b/c.csv"));
  CHECK(matches_path_glob("P?/*", "P1/x"));
  CHECK_FALSE(matches_path_glob("P?/*", "P/x"));
  CHECK(matches_path_glob("a\\*b", "a*b"));
  CHECK_FALSE(matches_path_glob("a\\*b", "axb"));
  CHECK(matches_path_glob("", ""));
  CHECK_FALSE(matches_path_glob("", "a"));
  // No glob takes exponential time.
  std::string glob, name(2000, 'a');
  for (int i = 0; i < 200; ++i) glob += "*a";
  CHECK_FALSE(matches_path_glob(glob + "b", name));
}

TEST_CASE("durations") {
  CHECK(parse_duration("20 ms") == 20e6);
  CHECK(parse_duration("1.5s") == 1.5e9);
  CHECK(parse_duration("2 h") == 7200e9);
  CHECK_FALSE(parse_duration("20"));
  CHECK_FALSE(parse_duration("-1 s"));
  CHECK_FALSE(parse_duration("fast"));
  CHECK_FALSE(parse_duration("1 parsec"));
}

TEST_CASE("rules have ids, each once") {
  const Contract contract =
      parse_contract(parse_yaml("tables:\n  - files: a\n    columns:\n      - {name: v, type: real, missing: 0, range: {minimum: 1, id: low}}\n"
                                "  - files: [b, c]\n    columns: [{name: v, missing: 3, severity: warning}]\n",
                                "c.yaml"));
  REQUIRE(contract.tables.size() == 2);
  std::vector<std::string> ids;
  for (const RuleHead* rule : contract.all_rules()) ids.push_back(rule->id);
  const auto has = [&](const std::string& id) { return std::count(ids.begin(), ids.end(), id) == 1; };
  CHECK(has("table-1/v/missing"));
  CHECK(has("low"));
  CHECK(has("table-2/v/missing"));
  CHECK(contract.tables[1].rules[1].severity == Severity::warning);
  CHECK(contract.tables[1].files == std::vector<std::string>{"b", "c"});
}

TEST_CASE("contracts that are wrong say where") {
  const auto refuse = [](const std::string& body, const std::string& place) {
    CHECK_THROWS_WITH_AS(parse_contract(parse_yaml("tables:\n  - files: x\n" + body, "c.yaml")), doctest::Contains(place.c_str()), Error);
  };
  refuse("    columns: [{name: a}, {name: a}]\n", "c.yaml:3:33: the column 'a' is there twice");
  refuse("    columns: [{name: a, missing: -1}]\n", "is negative");
  refuse("    columns: [{name: a, stuck: 1}]\n", "at least");
  refuse("    columns: [{name: a, type: text, range: {minimum: 1}}]\n", "integer and real");
  refuse("    order: {columns: [b]}\n    columns: [{name: a}]\n", "no column 'b'");
  refuse("    sampling: {column: a, period: 0}\n    columns: [{name: a}]\n", "period is zero");
  refuse("    sampling: {column: a, period: 1 s, tolerance: 2 s}\n    columns: [{name: a}]\n", "tolerance");
  refuse("    rows: {id: x, minimum: 1}\n    count: {id: x, minimum: 1}\n", "the id 'x' is taken");
  refuse("    ragged_rows: maybe\n", "no severity");
  CHECK_THROWS_AS(parse_contract(parse_yaml("{}", "c.yaml")), Error);
  CHECK_THROWS_AS(parse_contract(parse_yaml("tables: 3", "c.yaml")), Error);
}

TEST_CASE("patterns match whole texts and never run away") {
  Pattern code("[A-ZÄÖÜ]{2}[0-9]+");
  CHECK(code.matches("ÄB12"));
  CHECK_FALSE(code.matches("ÄB12x"));
  CHECK_FALSE(code.matches(""));
  Pattern hostile("(a+)+b");
  CHECK_FALSE(hostile.matches(std::string(5000, 'a')));
  CHECK_FALSE(pattern_fault("(").empty());
  CHECK(pattern_fault("a|b").empty());
}
