#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/json_schema.hpp"

using iai::schema_fault;
using Json = nlohmann::json;

TEST_CASE("a schema accepts what fits and places what does not") {
  const Json schema = Json::parse(R"({
    "type": "object", "required": ["a"], "additionalProperties": false,
    "properties": {"a": {"type": ["number", "null"], "minimum": 1}, "b": {"type": "array", "items": {"$ref": "#/$defs/word"}}},
    "$defs": {"word": {"type": "string", "enum": ["x", "y"]}}})");
  CHECK(schema_fault(schema, Json::parse(R"({"a": 2, "b": ["x", "y"]})")).empty());
  CHECK(schema_fault(schema, Json::parse(R"({"a": null})")).empty());
  CHECK(schema_fault(schema, Json::parse(R"({"b": []})")) == ": lacks 'a'");
  CHECK(schema_fault(schema, Json::parse(R"({"a": 0})")) == "/a: below 1");
  CHECK(schema_fault(schema, Json::parse(R"({"a": "1"})")) == "/a: is none of [\"number\",\"null\"]");
  CHECK(schema_fault(schema, Json::parse(R"({"a": 1, "b": ["x", "z"]})")).find("/b/1") == 0);
  CHECK(schema_fault(schema, Json::parse(R"({"a": 1, "c": 1})")) == "/c: not allowed");
  CHECK_FALSE(schema_fault(Json::parse(R"({"oneOf": []})"), Json(1)).empty());
}

TEST_CASE("every shipped schema is JSON, says its draft, what it describes, and describes each property") {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(IAI_SOURCE_DIR "/schemas")) {
    INFO(entry.path().string());
    std::ifstream stream(entry.path());
    const Json schema = Json::parse(stream);
    CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
    CHECK_FALSE(schema.at("title").get<std::string>().empty());
    const Json properties = schema.value("properties", Json::object());
    for (const auto& item : properties.items()) {
      const Json& property = item.value();
      INFO(item.key());
      CHECK((property.contains("description") || property.contains("const") || property.contains("$ref")));
    }
    ++seen;
  }
  CHECK(seen > 0);
}
