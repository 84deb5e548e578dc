#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "evaluator/contract/validate.hpp"
#include "evaluator/data/counter_random.hpp"
#include "evaluator/data/external_sort.hpp"
#include "evaluator/learning/rules_learning.hpp"

using namespace iai;

namespace {

/// Tables in a folder of their own, and what the rules of the key "learning" say about them.
class LearningTrial {
 public:
  LearningTrial() : folder_(std::filesystem::temp_directory_path() / fmt::format("iai-learning-{}", getpid())) { std::filesystem::create_directories(folder_); }
  ~LearningTrial() { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  /// Violations of rule "learning/RULE".
  std::vector<Violation> found(const std::vector<std::string>& columns, const std::string& learning, const std::string& rule) const {
    std::string text = "tables:\n  - files: '**'\n    columns:\n";
    for (const auto& column : columns) text += "      - {name: " + column + "}\n";
    const Contract contract = parse_contract(parse_yaml(text + "    learning: " + learning + "\n", "c.yaml"));
    ValidateOptions options;
    options.most_kept = 1'000'000;
    std::vector<Violation> kept;
    for (auto& violation : validate(std::vector<std::filesystem::path>{folder_}, contract, options).log.sorted())
      if (violation.rule == "learning/" + rule) kept.push_back(violation);
    return kept;
  }

 private:
  std::filesystem::path folder_;
};

std::vector<std::int64_t> rows_of(const std::vector<Violation>& violations) {
  std::vector<std::int64_t> rows;
  for (const auto& violation : violations)
    for (auto row = violation.row; row <= violation.last_row; ++row) rows.push_back(row);
  return rows;
}

struct Sensors {
  std::size_t machines = 250, rows = 20, features = 5;
  CounterRandom random{20261125};
  /// Feature `f` of a row: an offset of the machine, and noise.
  double value(std::size_t machine, std::size_t row, std::size_t f) const {
    return 100 * static_cast<double>(f + 1) + 3 * random.normal(machine * 16 + f) + random.normal(1'000'000 + (machine * rows + row) * 16 + f);
  }
};

const std::vector<std::string> sensor_columns{"machine", "t", "split", "f0", "f1", "f2", "f3", "f4"};

}  // namespace

TEST_CASE("external sort: any number of runs, one order") {
  struct Before {
    bool operator()(std::uint64_t a, std::uint64_t b) const { return a < b; }
  };
  for (const std::size_t most : {3u, 64u, 100'000u}) {
    ExternalSort<std::uint64_t, Before> sort(most);
    for (std::uint64_t i = 0; i < 5000; ++i) sort.add((i * 2654435761u) % 5003);
    std::uint64_t count = 0, last = 0;
    bool ordered = true;
    sort.for_each([&](std::uint64_t value) {
      ordered = ordered && (count++ == 0 || last < value);
      last = value;
    });
    CHECK(ordered);
    CHECK(count == 5000);
  }
}

TEST_CASE("planted leaks between splits are found, all of them and nothing else") {
  const Sensors sensors;
  LearningTrial trial;
  // Machines alternate between the splits; rows of test machines take over rows of training machines.
  std::set<std::int64_t> groups, equal, near;
  std::string clean = "machine,t,split,f0,f1,f2,f3,f4\n", leaky = clean;
  std::int64_t number = 0;
  for (std::size_t m = 0; m < sensors.machines; ++m)
    for (std::size_t r = 0; r < sensors.rows; ++r) {
      ++number;
      std::string row, planted;
      const bool copies = m % 2 == 1 && r == 3, nearly = m % 2 == 1 && r == 7, moves = m % 2 == 0 && r == 11;
      for (std::size_t f = 0; f < sensors.features; ++f) {
        const double value = sensors.value(m, r, f), other = sensors.value(m - 1, r, f);
        row += fmt::format(",{:.6f}", value);
        // Just within 0.01 of the other: on both sides of any border of a grid.
        planted += fmt::format(",{:.6f}", copies ? other : nearly ? other + 0.0099 * (2 * sensors.random.uniform(77'000'000 + m * 16 + f) - 1) : value);
      }
      const char* split = m % 2 == 0 ? "train" : "test";
      clean += fmt::format("m{},{},{}{}\n", m, r, split, row);
      leaky += fmt::format("m{},{},{}{}\n", m, r, moves ? "test" : split, planted);
      if (copies) equal.insert(number);
      if (nearly) near.insert(number);
      if (moves) groups.insert(number);
    }
  const std::string learning = "{group: machine, time: t, splits: {column: split}, near_rows: {tolerance: {f0: 0.01, f1: 0.01, f2: 0.01, f3: 0.01, f4: 0.01}}}";
  trial.write("t.csv", clean);
  for (const char* rule : {"group-leakage", "duplicate-rows", "near-rows", "time-leakage", "constant-columns", "duplicate-columns"})
    CHECK(trial.found(sensor_columns, learning, rule).empty());
  trial.write("t.csv", leaky);
  const auto check = [&](const std::string& how, const char* rule, const std::set<std::int64_t>& planted) {
    const auto found = rows_of(trial.found(sensor_columns, how, rule));
    CHECK(std::set<std::int64_t>(found.begin(), found.end()) == planted);
    CHECK(found.size() == planted.size());
    CHECK(planted.size() >= 100);
  };
  check(learning, "group-leakage", groups);
  check(learning, "duplicate-rows", equal);
  check(learning, "near-rows", near);
  CHECK(trial.found(sensor_columns, learning, "group-leakage")[0].message == "the group is in test here, and from row 1 on in train");
}

TEST_CASE("near rows: the tolerance that is derived finds rounded copies and leaves independent rows alone") {
  const Sensors sensors;
  LearningTrial trial;
  std::string text = "machine,t,split,f0,f1,f2,f3,f4\n";
  std::set<std::int64_t> planted;
  for (std::size_t m = 0; m < 250; ++m)
    for (std::size_t r = 0; r < sensors.rows; ++r) {
      text += fmt::format("m{},{},{}", m, r, m % 2 == 0 ? "train" : "test");
      const bool copy = m % 2 == 1 && r == 0;
      for (std::size_t f = 0; f < 5; ++f) text += copy ? fmt::format(",{:.4f}", sensors.value(m - 1, 9, f)) : fmt::format(",{:.9f}", sensors.value(m, r, f));
      text += "\n";
      if (copy) planted.insert(static_cast<std::int64_t>(m * sensors.rows + r + 1));
    }
  trial.write("t.csv", text);
  const auto found = rows_of(trial.found(sensor_columns, "{splits: {column: split}, group: machine, time: t, near_rows: error}", "near-rows"));
  CHECK(std::set<std::int64_t>(found.begin(), found.end()) == planted);
}

TEST_CASE("time and windows: cuts in each machine's time") {
  LearningTrial trial;
  std::set<std::int64_t> late, touching;
  std::string text = "machine,t,split,f0,f1,f2,f3,f4\n";
  std::int64_t number = 0;
  for (std::size_t m = 0; m < 300; ++m)
    for (std::size_t i = 0; i < 30; ++i) {
      // 0 to 13: train; 14 to 18: left out, in every third machine test already; 19 to 29: test. Files may be unsorted in time.
      const std::size_t t = (i * 7) % 30;
      const bool no_gap = m % 3 == 1, back = m % 3 == 2 && t == 25;
      const char* split = back || t < 14 ? "train" : t >= 19 || no_gap ? "test" : "gap";
      text += fmt::format("m{},{},{},{},{},{},{},{}\n", m, t, split, m, t, m + t, m * t, i);
      ++number;
      if (back) late.insert(number);
      if (no_gap && t == 14) touching.insert(number);
    }
  trial.write("t.csv", text);
  const std::string learning = "{group: machine, time: t, splits: {column: split, order: [train, test], ignore: gap}, windows: 6}";
  const auto backwards = rows_of(trial.found(sensor_columns, learning, "time-leakage"));
  CHECK(std::set<std::int64_t>(backwards.begin(), backwards.end()) == late);
  auto windows = rows_of(trial.found(sensor_columns, learning, "windows"));
  std::set<std::int64_t> found(windows.begin(), windows.end());
  for (const auto row : touching) CHECK(found.contains(row));
  CHECK(touching.size() == 100);
  // A training row amid test rows touches them twice: in its own row and in the one after it.
  CHECK(windows.size() == 300);
  // Five rows left out are enough for windows of five.
  std::string fives = learning;
  fives.replace(fives.find("windows: 6"), 10, "windows: 5");
  CHECK(trial.found(sensor_columns, fives, "windows").size() == 300);
  // A machine that is in training only, later than another's tests: one cut through all machines tells.
  trial.write("t.csv", "machine,t,split\na,50,train\nb,40,test\n");
  const std::string both = "{group: machine, time: t, splits: {column: split, order: [train, test]}, time_leakage: {within: ";
  CHECK(trial.found({"machine", "t", "split"}, both + "group}}", "time-leakage").empty());
  const auto cut = trial.found({"machine", "t", "split"}, both + "table}}", "time-leakage");
  REQUIRE(cut.size() == 1);
  CHECK(cut[0].message == "a row of train, later than row 2 in test");
}

TEST_CASE("target leakage: columns that tell the label alone") {
  const CounterRandom random(7);
  LearningTrial trial;
  std::vector<std::string> columns{"y"};
  std::set<std::string> planted;
  constexpr std::size_t kinds = 10, copies = 20;
  for (std::size_t c = 0; c < kinds * copies; ++c) columns.push_back(fmt::format("c{}", c));
  for (std::size_t c = 0; c < kinds * copies; ++c)
    if (c % kinds < 5) planted.insert(fmt::format("c{}", c));
  for (const bool numbers : {false, true}) {
    std::string text;
    for (std::size_t c = 0; c < columns.size(); ++c) text += (c > 0 ? "," : "") + columns[c];
    text += '\n';
    for (std::uint64_t r = 0; r < 1500; ++r) {
      const double noise = random.normal(r);
      const bool event = noise > 1.2;
      text += numbers ? fmt::format("{:.6f}", noise) : fmt::format("{}", event ? 1 : 0);
      for (std::uint64_t c = 0; c < kinds * copies; ++c) {
        const double other = random.normal(10'000 + r * 1000 + c);
        const double y = numbers ? noise : event ? 1.0 : 0.0;
        switch (c % kinds) {
          case 0: text += fmt::format(",{:.6f}", 3 * y + 0.01 * other); break;  // the label, scaled, with noise
          case 1: text += fmt::format(",{:.6f}", -std::exp(y / 2)); break;      // falling, bent
          case 2: text += fmt::format(",{:.6f}", numbers ? y : event ? 0.1 * other / 5 : other > 0 ? other + 1 : other - 1); break;  // a band in the middle
          case 3: text += numbers ? fmt::format(",{:.6f}", y * y * y) : event ? "," : fmt::format(",{:.4f}", other); break;  // missing where it happened
          case 4: text += numbers ? fmt::format(",{:.3f}", y) : fmt::format(",{}", event ? (other > 0 ? "hot" : "loud") : (other > 0 ? "ok" : "good")); break;
          case 5: text += fmt::format(",{:.6f}", other); break;                                // nothing to do with it
          case 6: text += fmt::format(",{:.6f}", (numbers ? noise : y) + 0.7 * other); break;  // a good feature
          case 7: text += fmt::format(",id{}", r * 31 + c); break;                             // a name for each row
          case 8: text += fmt::format(",{}", r); break;                                        // a counter
          default: text += fmt::format(",{}", other > 0 ? "a" : "b"); break;
        }
      }
      text += '\n';
    }
    trial.write("t.csv", text);
    std::set<std::string> found;
    for (const auto& violation : trial.found(columns, numbers ? "{label: {column: y, kind: number}}" : "{label: y}", "target-leakage"))
      found.insert(violation.column);
    for (const auto& column : planted) CHECK_MESSAGE(found.contains(column), column);
    for (const auto& column : found) CHECK_MESSAGE(planted.contains(column), column);
    CHECK(planted.size() == 100);
  }
}

TEST_CASE("measures of one column against the label") {
  // scikit-learn 1.5.2: roc_auc_score([0,0,1,1,1], [0.1,0.4,0.35,0.8,0.4]) prints 0.75
  const std::vector<double> scores{0.1, 0.4, 0.35, 0.8, 0.4}, ones(5, 1.0);
  const std::vector<char> classes{0, 0, 1, 1, 1};
  CHECK(roc_auc(scores, classes, ones) == doctest::Approx(0.75));
  // SciPy 1.14.1: spearmanr([1,2,2,4,5], [5,6,7,8,7]).statistic ** 2 prints 0.582409972299169
  const std::vector<double> a{1, 2, 2, 4, 5}, b{5, 6, 7, 8, 7};
  CHECK(rank_correlation_squared(a, b) == doctest::Approx(0.582409972299169));
  CHECK(explained_information({{10, 0}, {0, 10}}, 1e9) == doctest::Approx(1.0));
  CHECK(explained_information({{5, 5}, {5, 5}}, 1e9) == doctest::Approx(0.0));
  const std::vector<std::size_t> bins{0, 0, 1, 1};
  const std::vector<double> label{1, 1, 3, 3};
  CHECK(explained_variance(bins, label) == doctest::Approx(1.0));
}

TEST_CASE("columns, labels and operating points") {
  LearningTrial trial;
  trial.write("a.csv", "x,same,copy,y,empty\n1,7.0,1,ok,\n2,7,2.0,ok,\n3,7,3,bad,\n");
  trial.write("b.csv", "x,same,copy,y,empty\n3,7.00,3,ok,\n9,7,9,worse,\n");
  const std::vector<std::string> columns{"x", "same", "copy", "y", "empty"};
  const std::string learning =
      "{label: {column: y, values: [ok, bad], balance: {least_share: 0.3}}, operating_grid: {columns: {x: [0, 3, 6, 9]}, least_rows: 2}}";
  const auto constant = trial.found(columns, learning, "constant-columns");
  REQUIRE(constant.size() == 2);
  CHECK(constant[0].column == "empty");
  CHECK(constant[0].message == "no value in any of 5 rows");
  CHECK(constant[1].column == "same");
  const auto copies = trial.found(columns, learning, "duplicate-columns");
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].message == "equal to 'x' in all of 5 rows");
  const auto conflicts = trial.found(columns, learning, "label-conflicts");
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].file.ends_with("b.csv"));
  CHECK(conflicts[0].row == 1);
  CHECK(conflicts[0].message.find("row 3 of") != std::string::npos);
  const auto values = trial.found(columns, learning, "label-values");
  REQUIRE(values.size() == 1);
  CHECK(values[0].value == "worse");
  CHECK(trial.found(columns, learning, "label-balance").size() == 2);
  const auto grid = trial.found(columns, learning, "operating-grid");
  REQUIRE(grid.size() == 1);
  CHECK(grid[0].message == "x 6 to 9: 1 rows, at least 2");
}

TEST_CASE("splits by files, groups by file") {
  LearningTrial trial;
  trial.write("train/a.csv", "x,z\n1,2\n3,4\n");
  trial.write("test/b.csv", "x,z\n5,6\n3.0,4\n");
  const auto found =
      trial.found({"x", "z"}, "{splits: {files: {train: '**/train/**', test: '**/test/**'}}, group_by_file: true, windows: 100}", "duplicate-rows");
  REQUIRE(found.size() == 1);  // files are read by their names: test/b.csv comes first
  CHECK(found[0].file.ends_with("train/a.csv"));
  CHECK(found[0].row == 2);
  CHECK(trial.found({"x", "z"}, "{splits: {files: {train: '**/train/**', test: '**/test/**'}}, group_by_file: true, windows: 100}", "windows").empty());
}
