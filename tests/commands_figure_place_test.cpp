#include "commands/figure_place.hpp"

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

namespace {

Record recorded() {
  Record record;
  record.verdict = "failed";
  record.metrics = {{"energy_j", 0.5}, {"rmse", {{"value", 14.5}, {"low", 13.0}, {"high", 16.0}, {"n", 100}}}, {"a.b", 7}};
  record.details = parse_json(R"({"steadiness": {"drift_share": 0.1},
    "drift": [{"column": "load", "reference": "r", "psi": 0.4}, {"column": "speed", "reference": "r", "psi": 0.1}],
    "slices": [{"slice": "rig", "group": "5", "metric": "f1", "value": 0.9, "low": 0.8, "high": 1, "n": 40},
               {"slice": "rig", "group": "6, new", "metric": "f1", "value": null, "low": null, "high": null, "n": 3, "reason": "one class"},
               {"slice": "rig", "group": "5", "metric": "accuracy", "value": 0.7, "low": 0.6, "high": 0.8, "n": 40}]})",
                              "details");
  return record;
}

/// "label=value;" for every figure that is found.
std::string found(const std::string& place) {
  std::string text;
  for (const FoundFigure& one : figures_at(parse_figure_place(place), recorded())) text += one.label + "=" + one.value.dump() + ";";
  return text;
}

std::string complaint(const std::string& place) {
  try {
    parse_figure_place(place);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("figures are found by name, by path and by row") {
  CHECK(found("energy_j") == "=0.5;");
  CHECK(found("rmse") == "=14.5;");
  CHECK(found("rmse.high") == "=16.0;");
  CHECK(found("verdict") == "=\"failed\";");
  CHECK(found("steadiness.drift_share") == "=0.1;");
  CHECK(found("drift[column=load].psi") == "reference r=0.4;");
  CHECK(found("drift[].psi") == "column load, reference r=0.4;column speed, reference r=0.1;");
  CHECK(found("slices[slice=rig, metric=f1]") == "group 5=0.9;group 6, new=null;");
  CHECK(found("slices[metric=f1, group=\"6, new\"].n") == "slice rig=3;");
  CHECK(found("slices[n=40].value") == "group 5, metric f1, slice rig=0.9;group 5, metric accuracy, slice rig=0.7;");
}

TEST_CASE("the interval of a row's figure is that of the row") {
  const auto rows = figures_at(parse_figure_place("slices[slice=rig, metric=accuracy].value"), recorded());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].figure.at("low") == 0.6);
  CHECK(figures_at(parse_figure_place("rmse"), recorded())[0].figure.at("n") == 100);
}

TEST_CASE("a figure whose keys name its unit") {
  Record record;
  record.metrics = {{"latency_p50_interval", {{"value_ms", 0.5}, {"low_ms", 0.4}, {"high_ms", nullptr}, {"n", 12}}},
                    {"equivalence", {{"low_90", 1}, {"high_90", 2}}}};
  const auto found = figures_at(parse_figure_place("latency_p50_interval"), record);
  REQUIRE(found.size() == 1);
  CHECK(found[0].value == 0.5);
  CHECK(found[0].figure.at("low") == 0.4);
  CHECK(found[0].figure.at("high").is_null());
  CHECK(figures_at(parse_figure_place("equivalence"), record).empty());  // another level of confidence is no 95 % interval
  CHECK(plain_figure(Json{{"value", 1}, {"value_ms", 2}}).at("value") == 1);
  CHECK(plain_figure(Json(3)) == 3);
}

TEST_CASE("nothing is found where nothing is") {
  for (const char* place :
       {"energy", "rmse.median", "steadiness", "drift", "drift.psi", "drift[column=oil].psi", "drift[].wasserstein", "steadiness[].x", "energy_j.value"}) {
    CHECK_MESSAGE(found(place) == "", place);
  }
  CHECK(figure_names(recorded()) == "a.b, drift[], energy_j, rmse, slices[]");
}

TEST_CASE("what is no place is refused with its reason") {
  CHECK(complaint("") == "'' names no figure: a name is empty");
  CHECK(complaint("a..b") == "'a..b' names no figure: a name is empty");
  CHECK(complaint("[x=1]") == "'[x=1]' names no figure: a name is empty");
  CHECK(complaint("t[x=1") == "'t[x=1' names no figure: ] is missing");
  CHECK(complaint("t[") == "'t[' names no figure: within [] stands KEY=VALUE, KEY=VALUE");
  CHECK(complaint("t[x]") == "'t[x]' names no figure: within [] stands KEY=VALUE, KEY=VALUE");
  CHECK(complaint("t[=1]") == "'t[=1]' names no figure: within [] stands KEY=VALUE, KEY=VALUE");
  CHECK(complaint("t[x=\"1]") == "'t[x=\"1]' names no figure: a quote is not closed");
  CHECK(complaint("t[x=\"1\"2]") == "'t[x=\"1\"2]' names no figure: a comma or ] is wanted after a quoted value");
  CHECK(complaint("t[x=1]y") == "'t[x=1]y' names no figure: a dot is wanted after ]");
  CHECK(complaint("t[].") == "'t[].' names no figure: a name is empty");
}
