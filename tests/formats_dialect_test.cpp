#include <doctest/doctest.h>

#include "formats/delimited.hpp"

using namespace iai;

TEST_CASE("a dialect is written with every field") {
  Dialect dialect;
  dialect.delimiter = ';';
  dialect.decimal = ',';
  const auto json = dialect.to_json();
  CHECK(json.size() == 13);
  CHECK(json["delimiter"] == ";");
  CHECK(json["decimal"] == ",");
  CHECK(json["encoding"] == "UTF-8");
  CHECK(Dialect::from_json(json, "manifest").to_json() == json);
  CHECK_THROWS(Dialect::from_json(Json::object(), "manifest"));
  CHECK(find_column_type("timestamp") == ColumnType::timestamp);
  CHECK_FALSE(find_column_type("float"));
  CHECK(column_type_name(ColumnType::timestamp) == "timestamp");
}
