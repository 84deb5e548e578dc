#include <doctest/doctest.h>

#include "formats/delimited.hpp"

using namespace iai;

TEST_CASE("a dialect is written with every field") {
  Dialect dialect;
  dialect.delimiter = ';';
  dialect.decimal = ',';
  const auto json = dialect.to_json();
  CHECK(json.size() == 12);
  CHECK(json["delimiter"] == ";");
  CHECK(json["decimal"] == ",");
  CHECK(json["encoding"] == "UTF-8");
  CHECK(column_type_name(ColumnType::timestamp) == "timestamp");
}
