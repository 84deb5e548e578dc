#include "commands/validate_outputs.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/json_schema.hpp"

using namespace iai;

namespace {

/// What SARIF 2.1.0 asks of the objects that iai writes (sections 3.13, 3.14, 3.18, 3.19, 3.27 to 3.30, 3.49).
constexpr const char* sarif_subset = R"({
  "type": "object", "required": ["version", "runs"], "additionalProperties": false,
  "properties": {
    "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
    "runs": {"type": "array", "minItems": 1, "items": {
      "type": "object", "required": ["tool", "results"], "additionalProperties": false,
      "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {"type": "object", "required": ["name", "rules"], "properties": {
          "name": {"type": "string"},
          "rules": {"type": "array", "items": {"type": "object", "required": ["id", "fullDescription", "help"], "additionalProperties": false, "properties": {
            "id": {"type": "string"}, "shortDescription": {"type": "object", "required": ["text"]}, "properties": {"type": "object"},
            "fullDescription": {"type": "object", "required": ["text"]}, "help": {"type": "object", "required": ["text"]},
            "defaultConfiguration": {"type": "object", "properties": {"level": {"enum": ["error", "warning", "note", "none"]}}}}}}}}}},
        "automationDetails": {"type": "object", "required": ["id"]}, "originalUriBaseIds": {"type": "object"}, "properties": {"type": "object"},
        "results": {"type": "array", "items": {
          "type": "object", "required": ["ruleId", "ruleIndex", "level", "message"], "additionalProperties": false,
          "properties": {
            "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0}, "level": {"enum": ["error", "warning", "note", "none"]},
            "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "pattern": "."}}},
            "partialFingerprints": {"type": "object"}, "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]}, "properties": {"type": "object"},
            "locations": {"type": "array", "items": {"type": "object", "additionalProperties": false, "properties": {
              "logicalLocations": {"type": "array", "items": {"type": "object", "required": ["name"]}},
              "physicalLocation": {"type": "object", "required": ["artifactLocation"], "additionalProperties": false, "properties": {
                "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$"}}},
                "region": {"type": "object", "required": ["startLine", "byteOffset"], "properties": {
                  "startLine": {"type": "integer", "minimum": 1}, "endLine": {"type": "integer", "minimum": 1}, "byteOffset": {"type": "integer", "minimum": 0}}}}}}}}}}}}}}}
})";

struct Checked {
  std::filesystem::path folder;
  Contract contract;
  Checked() : folder(std::filesystem::temp_directory_path() / "iai-validate-outputs-test") {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "in");
    std::ofstream(folder / "in/Prüfung 1%.csv", std::ios::binary) << "a;b\n1;Hans Meier\n2;x;y\nq;Erna Schulz\n";
    contract =
        parse_contract(parse_yaml("contract: c\nunmatched_files: warning\ntables:\n  - files: \"*1%.csv\"\n    columns: [{name: a, type: integer}, {name: b, "
                                  "allowed: [on, off], personal: true}]\n"
                                  "  - {files: lost.csv, columns: []}\n",
                                  "c.yaml"));
    std::ofstream(folder / "in/other.csv") << "x\n";
  }
  ~Checked() { std::filesystem::remove_all(folder); }
  Validation run(Baseline* known = nullptr, Baseline* found = nullptr) const {
    ValidateOptions options;
    options.known = known;
    options.found = found;
    return validate(std::vector{folder / "in"}, contract, options);
  }
};

}  // namespace

TEST_CASE("SARIF has the structure of 2.1.0, each result a rule, each place its line and byte") {
  const Checked checked;
  const auto validation = checked.run();
  const auto json = Json::parse(validation_sarif(checked.contract, validation, Compared::no));
  CHECK(schema_fault(Json::parse(sarif_subset), json) == "");
  const auto& run = json["runs"][0];
  REQUIRE(run["results"].size() == validation.log.sorted().size());
  bool file_level = false, cell = false;
  for (const auto& result : run["results"]) {
    CHECK(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
    if (!result.contains("properties")) {
      file_level = true;
      continue;
    }
    const auto& physical = result["locations"][0]["physicalLocation"];
    if (result["ruleId"] != "table-1/a/type") continue;
    cell = true;
    CHECK(physical["artifactLocation"]["uri"] == "Pr%C3%BCfung%201%25.csv");
    CHECK(physical["region"]["startLine"] == 4);
    CHECK(physical["region"]["byteOffset"] == 23);
  }
  CHECK(file_level);
  CHECK(cell);
}

TEST_CASE("personal values are in no output, ragged rows included, and not even hashed") {
  const Checked checked;
  Baseline found;
  const auto validation = checked.run(nullptr, &found);
  const std::string all = validation_sarif(checked.contract, validation, Compared::no) + validation_html(checked.contract, validation) +
                          validation_junit(checked.contract, validation);
  CHECK(all.find("Meier") == std::string::npos);
  CHECK(all.find("Schulz") == std::string::npos);
  CHECK(all.find("H…r") != std::string::npos);
  const auto baseline = Json::parse(found.text());
  for (const auto& known : baseline["known"])
    if (known["column"] == "b" && known["rule"] == "table-1/b/allowed") CHECK_FALSE(known.contains("values"));
}

TEST_CASE("a baseline accepts its own findings, through a file, and no other") {
  const Checked checked;
  Baseline found;
  const auto before = checked.run(nullptr, &found);
  CHECK(before.log.errors() > 0);
  std::ofstream(checked.folder / "known.json") << found.text();
  auto known = Baseline::read(checked.folder / "known.json");
  CHECK(known.cells() == before.log.errors() + before.log.warnings());
  const auto after = checked.run(&known);
  CHECK(after.log.errors() + after.log.warnings() == 0);
  CHECK(known.cells() == 0);
  auto again = Baseline::read(checked.folder / "known.json");
  std::ofstream(checked.folder / "in/Prüfung 1%.csv", std::ios::binary) << "a;b\n9;on\n1;Hans Meier\n2;x;y\nq;Erna Schulz\nr;off\n";
  CHECK(checked.run(&again).log.errors() == 1);  // 'r' is new, the rest has moved
}
