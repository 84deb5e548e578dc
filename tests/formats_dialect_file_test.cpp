#include <doctest/doctest.h>

#include "formats/delimited.hpp"
#include "formats/dialect_file.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

GivenDialect parse(const std::string& text) { return parse_dialect(parse_yaml(text, "d.yaml")); }

struct Read {
  Dialect dialect;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // texts are gone
  std::vector<SkippedLine> skipped;
};

Read read(const std::string& bytes, const std::string& dialect = "{}") {
  DelimitedOptions options;
  options.given = parse(dialect);
  const auto stream = open_bytes(bytes);
  DelimitedReader reader(*stream, "t.csv", options);
  Read result;
  while (const Row* row = reader.next()) result.rows.push_back(row->cells);
  result.dialect = reader.dialect();
  result.columns = reader.columns();
  result.skipped.assign(reader.skipped().begin(), reader.skipped().end());
  return result;
}

}  // namespace

TEST_CASE("a dialect file overrides any part") {
  const std::string text = "a;b;c\n1.000;x;2\n2.000;y;3\n";
  CHECK(read(text).rows[0][0].number == 1);
  CHECK(read(text, "{decimal: comma, thousands: point}").rows[0][0].integer == 1000);
  CHECK(read(text, "{delimiter: ','}").columns.size() == 1);
  const auto headless = read(text, "{header: false}");
  CHECK(headless.rows.size() == 3);
  CHECK(headless.columns[0].name == "column_1");
  const auto named = read(text, "{names: [u, v, w]}");
  CHECK(named.rows.size() == 2);
  CHECK(named.columns[2].name == "w");
  const auto units = read(text, "{unit_row: true}");
  CHECK(units.columns[1].unit == "x");
  CHECK(units.rows.size() == 1);
  const auto late = read("q;w\n1;2\n" + text, "{preamble_lines: 2}");
  CHECK(late.columns[0].name == "a");
  CHECK(late.rows.size() == 2);
  CHECK(read("1;2\n3;4\n5;6\n", "{header: true}").columns[0].name == "1");
  CHECK(read("a\n'1;2'\n'3;4'\n", "{quote: \"'\", delimiter: ;}").columns.size() == 1);
  CHECK(read("a;\xE4\n1;\xE4\n", "{encoding: ISO-8859-5}").columns[1].name == "\xD1\x84");
}

TEST_CASE("own markers, words and formats") {
  const auto words = read("n;s\n1;-999\n-999;5\nNaN;aus\n3;6\n4;7\n5;8\n6;9\n", "{missing: [\"-999\"], error_words: [AUS]}");
  CHECK(words.rows[0][1].state == CellState::missing);
  CHECK(words.rows[1][0].state == CellState::missing);
  CHECK(words.rows[2][0].state == CellState::odd);  // no marker any more
  CHECK(words.rows[2][1].state == CellState::error);
  const auto times = read("t;x\n03/04/2026 02:30 PM;1\n04/04/2026 12:00 AM;2\n", "{timestamp_format: mm/dd/yyyy HH:MM AM}");
  CHECK(times.columns[0].type == ColumnType::timestamp);
  CHECK(format_timestamp(times.rows[0][0].integer) == "2026-03-04T14:30:00");
  CHECK(format_timestamp(times.rows[1][0].integer) == "2026-04-04T00:00:00");
}

TEST_CASE("what is stated first goes before the rest") {
  const auto both = joined(parse("{decimal: comma}"), parse("{decimal: point, delimiter: tab}"));
  CHECK(both.decimal == ',');
  CHECK(both.delimiter == '\t');
  CHECK_FALSE(is_empty(both));
  CHECK(is_empty(parse("{}")));
}

TEST_CASE("what is no dialect") {
  for (const char* text : {"delimiter: ab", "quote: x", "decimal: '-'", "thousands: x", "preamble_lines: -1", "header: 3", "timestamp_format: x",
                           "missing: ['']", "{decimal: comma, thousands: comma}", "{delimiter: blanks, thousands: blank}", "encodings: UTF-8"})
    CHECK_THROWS_AS(parse(text), Error);
}

TEST_CASE("lines that are no data are left out and told") {
  std::string rows;
  for (int i = 10; i < 30; ++i) rows += "2026-01-01 00:01:" + std::to_string(i) + ";4,5;7\n";
  const auto table = read("t;x;y\ns;bar;1\n2026-01-01 00:00:00;1,5;1\nt;x;y\ns;bar;1\n2026-01-01 00:00:01;2,5;2\n# pause of the logger\n" + rows +
                          "2026-01-01 00:00:0\nSumme;7,5;6\nEnde der Messung\n");
  REQUIRE(table.rows.size() == 23);  // a row that was cut off stays one
  CHECK(table.rows[22][0].state == CellState::odd);
  REQUIRE(table.skipped.size() == 5);
  CHECK(skipped_kind_name(table.skipped[0].kind) == "repeated_header");
  CHECK(table.skipped[0].line == 4);
  CHECK(table.skipped[0].byte == 40);
  CHECK(skipped_kind_name(table.skipped[1].kind) == "repeated_units");
  CHECK(skipped_kind_name(table.skipped[2].kind) == "note_line");
  CHECK(table.skipped[3].text == "Summe;7,5;6");
  CHECK(skipped_kind_name(table.skipped[3].kind) == "summary_row");
  CHECK(table.skipped[4].line == 30);
  // Words in a text column are values.
  CHECK(read("name;x\nPumpe;1\nSumme;2\n").rows.size() == 2);
}
