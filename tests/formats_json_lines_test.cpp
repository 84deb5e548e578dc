#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/error.hpp"
#include "formats/json_lines.hpp"

using namespace iai;

namespace {

struct Read {
  std::vector<Column> columns;
  std::vector<std::string> faults;              // by row
  std::vector<std::vector<std::string>> texts;  // by row and column
  std::vector<std::vector<Cell>> cells;         // texts are void
  std::vector<std::int64_t> lines;
  std::vector<std::size_t> widths;
  std::vector<std::pair<std::string, std::int64_t>> late;
};

Read read(const std::string& text, const std::vector<Column>& columns = {}, const std::vector<std::pair<std::string, ColumnType>>& types = {}) {
  const auto stream = open_bytes(text);
  const auto reader = open_json_lines(*stream, "a.jsonl", columns, types);
  Read result;
  while (const Row* row = reader->next()) {
    result.faults.push_back(row->fault);
    result.texts.emplace_back();
    for (const auto& cell : row->cells) {
      result.texts.back().emplace_back(cell.text);
      if (cell.state == CellState::value && cell.byte < text.size()) CHECK(cell.byte >= row->byte);
    }
    result.cells.push_back(row->cells);
    result.lines.push_back(row->line);
    result.widths.push_back(row->width);
  }
  result.columns = reader->columns();
  result.late = reader->late_members();
  return result;
}

std::string many(const std::string& line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

}  // namespace

TEST_CASE("members become columns, also those of objects inside, in the order in which they are met") {
  const auto all = read(
      "{\"t\":\"2026-03-01T12:00:00.250Z\",\"motor\":{\"current\":1.5,\"ok\":true,\"axis\":{\"x\":7}}}\n\n"
      "{\"motor\":{\"ok\":false,\"axis\":{\"x\":8},\"current\":2},\"t\":\"2026-03-01T12:00:01Z\",\"note\":\"a\\u00e4\\n\"}\r\n");
  REQUIRE(all.columns.size() == 5);
  CHECK(all.columns[0].name == "t");
  CHECK(all.columns[0].type == ColumnType::timestamp);
  CHECK(all.columns[1].name == "motor.current");
  CHECK(all.columns[1].type == ColumnType::real);
  CHECK(all.columns[2].type == ColumnType::boolean);
  CHECK(all.columns[3].name == "motor.axis.x");
  CHECK(all.columns[3].type == ColumnType::integer);
  CHECK(all.texts[1][4] == "a\xC3\xA4\n");
  CHECK(all.cells[0][4].state == CellState::missing);
  CHECK(all.cells[1][1].number == 2);
  CHECK(all.cells[1][2].number == 0);
  CHECK(all.cells[0][0].integer == 1772366400250000000);
  CHECK(all.lines == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("integers beyond 2^53 are exact, beyond 64 bits they stay text") {
  const auto all = read("{\"id\":9007199254740993,\"big\":18446744073709551616,\"min\":-9223372036854775807}\n");
  CHECK(all.columns[0].type == ColumnType::integer);
  CHECK(all.cells[0][0].integer == 9007199254740993);
  CHECK(all.columns[1].type == ColumnType::text);
  CHECK(all.texts[0][1] == "18446744073709551616");
  CHECK(all.cells[0][2].integer == -INT64_MAX);
}

TEST_CASE("a broken line stops nothing and says what it is") {
  const std::string good = "{\"a\":1}\n";
  const auto all = read(good + "{\"a\":\n" + "[1]\n" + "{\"a\":1}{\"a\":2}\n" + "{\"a\":1,\"a\":2}\n" + "{\"a\":\"\xFF\"}\n" + "{\"a\":\"x\n" + "{\"a\":01}\n" +
                        "{\"a\":nul}\n" + "{\"a\":[1,2}\n" + "{\"a\":{\"b\":1 2}}\n" + "{a:1}\n" + good);
  const std::vector<std::string> wanted{"",
                                        "broken JSON",
                                        "is no JSON object",
                                        "something follows the object",
                                        "a member is there twice",
                                        "broken UTF-8",
                                        "a string is not closed",
                                        "broken JSON",
                                        "broken JSON",
                                        "broken JSON",
                                        "broken JSON",
                                        "broken JSON",
                                        ""};
  CHECK(all.faults == wanted);
  CHECK(all.lines.back() == 13);
  CHECK(all.cells[12][0].integer == 1);
  CHECK(all.columns.size() == 1);  // members of broken lines are no columns
}

TEST_CASE("a value of another type is odd, never taken for a number") {
  const auto all = read(many("{\"v\":1.5,\"n\":1,\"b\":true,\"s\":\"x\"}\n", 8) + "{\"v\":\"1.5\",\"n\":2.5,\"b\":\"true\",\"s\":5}\n" +
                            "{\"v\":\"Bad Input\",\"n\":\"NaN\",\"b\":1,\"s\":\"\"}\n",
                        {}, {{"n", ColumnType::integer}});
  const auto& first = all.cells[8];
  CHECK(first[0].state == CellState::odd);
  CHECK(std::isnan(first[0].number));
  CHECK(first[1].state == CellState::odd);
  CHECK(first[1].number == 2.5);
  CHECK(first[2].state == CellState::odd);
  CHECK(first[3].state == CellState::value);
  const auto& second = all.cells[9];
  CHECK(second[0].state == CellState::error);
  CHECK(second[1].state == CellState::missing);
  CHECK(second[2].state == CellState::odd);
  CHECK(second[3].state == CellState::missing);
}

TEST_CASE("arrays are text as written, and held against the grammar") {
  const auto all = read("{\"a\":[1, {\"b\":[]} ,\"]\"] ,\"c\":1}\n{\"a\":[1 2],\"c\":1}\n{\"a\":[\"\\q\"],\"c\":1}\n");
  CHECK(all.texts[0][0] == "[1, {\"b\":[]} ,\"]\"]");
  CHECK(all.cells[0][1].integer == 1);
  CHECK(all.faults[1] == "broken JSON");
  CHECK(all.faults[2] == "broken JSON");
}

TEST_CASE("nesting without end, lines without end and members without number are bounded") {
  std::string deep = "{\"a\":" + many("{\"a\":", 100) + "1" + many("}", 100) + "}\n";
  CHECK(read("{\"b\":1}\n" + deep).faults[1] == "over 64 levels deep");
  std::string brackets = "{\"b\":" + many("[", 100'000) + "\n";
  CHECK(!read("{\"b\":1}\n" + brackets).faults[1].empty());
  const auto all = read("{\"b\":1}\n{\"b\":\"" + std::string(17 << 20, 'x') + "\"}\n{\"b\":2}\n");
  CHECK(all.faults[1] == "over 16 MiB long");
  CHECK(all.cells[2][0].integer == 2);
  std::string wide = "{";
  for (int i = 0; i < 300'000; ++i) wide += (i > 0 ? ",\"m" : "\"m") + std::to_string(i) + "\":1";
  CHECK_THROWS_WITH_AS(read(wide + "}\n"), doctest::Contains("over 262,144 members"), Error);
}

TEST_CASE("members that come behind the sample are counted and named") {
  std::string text;
  while (text.size() < (2 << 20)) text += "{\"a\":1,\"b\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n";
  const auto all = read(text + "{\"a\":1,\"late\":{\"x\":1}}\n");
  CHECK(all.widths.back() == 3);
  REQUIRE(all.late.size() == 1);
  CHECK(all.late[0].first == "late");
  CHECK(all.late[0].second == static_cast<std::int64_t>(all.lines.size()));
}

TEST_CASE("columns and types of an earlier reading hold") {
  const std::vector<Column> known{{"b", "", ColumnType::text}, {"a", "", ColumnType::real}};
  const auto all = read("{\"a\":1,\"b\":2}\n", known, {{"b", ColumnType::integer}});
  CHECK(all.columns[0].type == ColumnType::integer);
  CHECK(all.cells[0][0].integer == 2);
  CHECK(all.cells[0][1].number == 1);
}

TEST_CASE("every cut of a file gives rows or a clear error") {
  const std::string whole = "\xEF\xBB\xBF{\"a\":1.5,\"b\":{\"c\":[1,\"x\"]}}\n{\"a\":-2e3,\"b\":{\"c\":null}}\n{\"a\":3}";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    try {
      const auto all = read(whole.substr(0, cut));
      CHECK(all.columns.size() >= 1);
    } catch (const Error& error) {
      CHECK(error.message().find("a.jsonl") != std::string::npos);
    }
  }
}

TEST_CASE("JSON Lines are told from JSON by their content, or by the name") {
  CHECK(is_json_lines("{\"a\":1}\n{\"a\":2}\n", true, "x.log"));
  CHECK(is_json_lines("{\"a\":1}\n{\"a\":2", false, "x.log"));
  CHECK(is_json_lines("{\"a\":1}\n", true, "x.ndjson"));
  CHECK_FALSE(is_json_lines("{\"a\":1}\n", true, "x.json"));
  CHECK_FALSE(is_json_lines("{\n \"a\":1}\n", true, "x.json"));
  CHECK_FALSE(is_json_lines("a,b\n1,2\n", true, "x.csv"));
  CHECK_FALSE(is_json_lines("", true, "x.jsonl"));
}
