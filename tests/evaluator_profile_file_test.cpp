#include "evaluator/profile/profile_file.hpp"

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

namespace {

Json small_profile() {
  return Json::parse(R"({"schema": "iai.profile/1", "rows": 3, "files": 1, "bytes": 9, "root_digest": "aa",
    "tables": [{"table": 1, "files": 1, "rows": 3, "first_file": "a.csv"}],
    "columns": [{"table": 1, "name": "x", "unit": "bar", "type": "real", "values": 3, "missing_by_kind": {"empty": 1, "error_word": 2, "odd": 3},
      "distinct": 3, "minimum": 1.0, "maximum": 2.5, "mean": null, "deviation": null, "quantiles": {"0.5": 2.0, "0.01": 1.0},
      "histogram": {"from": 1, "to": 2.5, "counts": [1, 2]}, "top_values": [{"value": 2.5, "count": 2}]}],
    "correlations": [{"table": 1, "a": "x", "b": "y", "rows": 3, "coefficient": 0.1}, {"table": 1, "a": "x", "b": "z", "rows": 3, "coefficient": -0.9}],
    "findings": [{"kind": "gap", "file": "", "column": "x", "row": 0, "count": 2, "text": "t"}]})");
}

}  // namespace

TEST_CASE("A stored profile is read back") {
  const auto profile = parse_profile(small_profile(), "p");
  REQUIRE(profile.columns.size() == 1);
  const auto& column = profile.columns[0];
  CHECK(column.missing() == 6);
  CHECK(column.minimum == 1.0);
  CHECK_FALSE(column.mean);
  REQUIRE(column.quantiles.size() == 2);
  CHECK(column.quantiles[0] == std::pair<std::string, double>("0.01", 1.0));
  REQUIRE(column.histogram);
  CHECK(column.histogram->counts == std::vector<std::int64_t>{1, 2});
  CHECK(column.top_values[0].first == "2.5");
  CHECK(profile.correlations[0].b == "z");
  CHECK(profile.findings[0].count == 2);
}

TEST_CASE("A damaged profile is an error that names it") {
  const auto refused = [](const auto& damage) {
    Json json = small_profile();
    damage(json);
    try {
      parse_profile(json, "folder/profile.json");
    } catch (const Error& error) {
      return error.kind() == ErrorKind::input && error.message().starts_with("folder/profile.json: damaged profile");
    }
    return false;
  };
  CHECK(refused([](Json& json) { json = 5; }));
  CHECK(refused([](Json& json) { json.erase("columns"); }));
  CHECK(refused([](Json& json) { json["schema"] = "iai.profile/2"; }));
  CHECK(refused([](Json& json) { json["columns"][0]["name"] = 5; }));
  CHECK(refused([](Json& json) { json["columns"][0]["values"] = "many"; }));
  CHECK(refused([](Json& json) { json["columns"][0]["histogram"]["counts"] = {-1}; }));
  CHECK(refused([](Json& json) { json["columns"][0]["histogram"]["to"] = 1; }));
  CHECK(refused([](Json& json) { json["columns"][0]["histogram"]["counts"] = std::vector<int>(1001, 1); }));
  CHECK(refused([](Json& json) {
    json["columns"][0]["quantiles"] = 7;
    json["columns"][0]["rank_error"] = "x";
  }));
  CHECK(refused([](Json& json) { json["tables"] = 3; }));
  CHECK(refused([](Json& json) { json["findings"] = "none"; }));
}
