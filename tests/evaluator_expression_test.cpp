#include "evaluator/contract/expression.hpp"

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

namespace {

using Answer = Expression::Answer;

const std::vector<std::string> known{"a", "b", "state", "when", "Torque [Nm]", "Öldruck", "Machine failure"};

/// A row given as texts; "" is a missing cell.
struct TestRow {
  std::vector<Cell> cells;
  explicit TestRow(const std::vector<std::pair<const char*, ColumnType>>& texts) {
    for (const auto& [text, type] : texts) {
      Cell cell;
      cell.text = text;
      cell.state = cell.text.empty() ? CellState::missing : CellState::value;
      if (type == ColumnType::timestamp) cell.integer = parse_timestamp(text).value_or(0);
      else if (type != ColumnType::text && !cell.text.empty()) cell.number = std::stod(text);
      cells.push_back(cell);
    }
  }
};

Answer judge(const char* text, const std::vector<std::pair<const char*, ColumnType>>& row, const std::vector<std::pair<const char*, ColumnType>>& before = {}) {
  const Expression expression(text, known);
  REQUIRE(expression.columns().size() == row.size());
  const TestRow now(row), last(before);
  std::vector<const Cell*> cells, previous;
  std::vector<ColumnType> types;
  for (std::size_t c = 0; c < row.size(); ++c) {
    cells.push_back(&now.cells[c]);
    previous.push_back(before.empty() ? nullptr : &last.cells[c]);
    types.push_back(row[c].second);
  }
  return expression.judge(cells, types, previous);
}

constexpr auto real = ColumnType::real;
constexpr auto text_type = ColumnType::text;
constexpr auto time_type = ColumnType::timestamp;

std::string complaint(const std::string& text) {
  try {
    Expression(text, known);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK_FALSE(error.hint().empty());
    return error.message();
  }
  return "none";
}

}  // namespace

TEST_CASE("expressions: arithmetic binds as in mathematics") {
  CHECK(judge("a + 2 * 3 = 10", {{"4", real}}) == Answer::yes);
  CHECK(judge("(a + 2) * 3 = 18", {{"4", real}}) == Answer::yes);
  CHECK(judge("a - 1 - 1 = 2", {{"4", real}}) == Answer::yes);
  CHECK(judge("8 / a / 2 = 1", {{"4", real}}) == Answer::yes);
  CHECK(judge("-a * -a = 16", {{"4", real}}) == Answer::yes);
  CHECK(judge("max(a, 7, 5) - min(a, 7) = 3 and abs(-a) = sqrt(16)", {{"4", real}}) == Answer::yes);
  CHECK(judge("a > 1e3", {{"1000", real}}) == Answer::no);
}

TEST_CASE("expressions: comparisons, lists and logic") {
  CHECK(judge("state in ('on', 'off')", {{"off", text_type}}) == Answer::yes);
  CHECK(judge("state in ('on', 'off')", {{"idle", text_type}}) == Answer::no);
  CHECK(judge("a = 1 or a = 2 and a != 2", {{"1", real}}) == Answer::yes);
  CHECK(judge("not a > 1", {{"1", real}}) == Answer::yes);
  CHECK(judge("[Machine failure] = 1 implies a + b > 0", {{"1", real}, {"0", real}, {"0", real}}) == Answer::no);
  CHECK(judge("[Machine failure] = 1 implies a + b > 0", {{"0", real}, {"0", real}, {"0", real}}) == Answer::yes);
  CHECK(judge("[Torque [Nm]] <= 60", {{"61", real}}) == Answer::no);
  CHECK(judge("Öldruck >= 1.5", {{"1.5", real}}) == Answer::yes);
}

TEST_CASE("expressions: what has no value decides nothing, unless the rest decides") {
  CHECK(judge("a > 1", {{"", real}}) == Answer::unknown);
  CHECK(judge("a > 1 or b > 1", {{"", real}, {"2", real}}) == Answer::yes);
  CHECK(judge("a > 1 and b > 1", {{"", real}, {"1", real}}) == Answer::no);
  CHECK(judge("a > 1 implies b > 1", {{"", real}, {"1", real}}) == Answer::unknown);
  CHECK(judge("a > 1 implies b > 1", {{"", real}, {"2", real}}) == Answer::yes);
  CHECK(judge("not a > 1", {{"", real}}) == Answer::unknown);
  CHECK(judge("missing(a) or b > 1", {{"", real}, {"0", real}}) == Answer::yes);
  CHECK(judge("1 / a > 0", {{"0", real}}) == Answer::unknown);
}

TEST_CASE("expressions: times") {
  CHECK(judge("when >= '2026-03-01'", {{"2026-03-01 12:00:00", time_type}}) == Answer::yes);
  CHECK(judge("when - previous(when) <= 0.02", {{"2026-03-01 12:00:00.020", time_type}}, {{"2026-03-01 12:00:00.000", time_type}}) == Answer::yes);
  CHECK(judge("when - previous(when) <= 0.02", {{"2026-03-01 12:00:00.021", time_type}}, {{"2026-03-01 12:00:00.000", time_type}}) == Answer::no);
  CHECK(judge("when - previous(when) <= 0.02", {{"2026-03-01 12:00:00.021", time_type}}) == Answer::unknown);
}

TEST_CASE("expressions: mistakes are named with their place") {
  CHECK(complaint("a >") == "the expression at character 4: it ends too early");
  CHECK(complaint("a > 1 b") == "the expression at character 7: 'b' is too much here");
  CHECK(complaint("stat = 'on'") == "the expression at character 1: the table has no column 'stat'");
  CHECK(complaint("mox(a) > 1") == "the expression at character 1: there is no function 'mox'");
  CHECK(complaint("max(a) > 1") == "the expression at character 1: max takes two values or more");
  CHECK(complaint("previous(a + 1) > 1") == "the expression at character 1: previous takes a column");
  CHECK(complaint("a = 'on") == "the expression at character 5: the text does not end");
  CHECK(complaint("[a > 1") == "the expression at character 1: the column name does not end");
  CHECK(complaint("(a > 1") == "the expression at character 7: ')' is missing");
  CHECK(complaint("1 = 1") == "the expression names no column");
  CHECK(complaint("a $ 1") == "the expression at character 3: '$' is too much here");
  CHECK(complaint(std::string(200, '(') + "a").find("nested too deep") != std::string::npos);
  CHECK(complaint(std::string(200, '-') + "a").find("nested too deep") != std::string::npos);
  CHECK(complaint("a > " + std::string(5000, '1')).find("4096") != std::string::npos);
}
