#include "evaluator/contract/expression.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "evaluator/contract/expression_node.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

/// What a part of an expression is worth in one row.
struct Value {
  enum class Kind { unknown, number, text, time, truth } kind = Kind::unknown;
  double number = 0;      // also 0 and 1 of a truth
  std::int64_t time = 0;  // nanoseconds
  std::string_view text;
};

Value truth(bool yes) { return {Value::Kind::truth, yes ? 1.0 : 0.0, 0, {}}; }
Value numeric(double number) { return std::isnan(number) ? Value{} : Value{Value::Kind::number, number, 0, {}}; }

Value value_of(const Cell* cell, ColumnType type) {
  if (cell == nullptr || cell->state != CellState::value) return {};
  if (type == ColumnType::timestamp) return {Value::Kind::time, 0, cell->integer, {}};
  if (type == ColumnType::text || type == ColumnType::empty) return {Value::Kind::text, 0, 0, cell->text};
  return {Value::Kind::number, cell->number, 0, cell->text};
}

template <class T>
bool compare(Operation operation, const T& a, const T& b) {
  switch (operation) {
    case Operation::equal: return a == b;
    case Operation::unequal: return a != b;
    case Operation::less: return a < b;
    case Operation::at_most: return a <= b;
    case Operation::greater: return a > b;
    default: return a >= b;
  }
}

/// Two values side by side; unknown where they are of kinds that have no order.
Value compared(Operation operation, const Value& a, const Value& b) {
  using Kind = Value::Kind;
  if (a.kind == Kind::unknown || b.kind == Kind::unknown) return {};
  if (a.kind == Kind::text && b.kind == Kind::text) return truth(compare(operation, a.text, b.text));
  if (a.kind == Kind::time && b.kind == Kind::time) return truth(compare(operation, a.time, b.time));
  if (a.kind == Kind::time || b.kind == Kind::time) {
    const auto& text = a.kind == Kind::time ? b : a;
    const auto time = text.kind == Kind::text ? parse_timestamp(text.text) : std::nullopt;
    if (!time) return {};
    return truth(a.kind == Kind::time ? compare(operation, a.time, *time) : compare(operation, *time, b.time));
  }
  if (a.kind == Kind::text || b.kind == Kind::text) {  // a code that reads as a number, against one as it was written
    const auto& number = a.kind == Kind::text ? b : a;
    if (number.text.empty()) return {};
    return truth(compare(operation, a.text, b.text));
  }
  return truth(compare(operation, a.number, b.number));
}

Value arithmetic(Operation operation, const Value& a, const Value& b) {
  using Kind = Value::Kind;
  if (a.kind == Kind::time && b.kind == Kind::time && operation == Operation::subtract) return numeric(static_cast<double>(a.time - b.time) / 1e9);
  const auto plain = [](const Value& value) { return value.kind == Kind::number || value.kind == Kind::truth; };
  if (!plain(a) || !plain(b)) return {};
  switch (operation) {
    case Operation::add: return numeric(a.number + b.number);
    case Operation::subtract: return numeric(a.number - b.number);
    case Operation::multiply: return numeric(a.number * b.number);
    case Operation::divide: return b.number == 0 ? Value{} : numeric(a.number / b.number);
    case Operation::minimum: return numeric(std::min(a.number, b.number));
    default: return numeric(std::max(a.number, b.number));
  }
}

/// What a row offers to the evaluation.
struct RowValues {
  std::span<const Cell* const> cells;
  std::span<const ColumnType> types;
  std::span<const Cell* const> before;
};

Value evaluate(const ExpressionNode& node, const RowValues& row);

Value logical(const ExpressionNode& node, const RowValues& row) {
  const Value a = evaluate(node.parts[0], row);
  const bool known = a.kind != Value::Kind::unknown, yes = known && a.number != 0;
  if (node.operation == Operation::logical_not) return known ? truth(!yes) : Value{};
  if (node.operation == Operation::logical_and && known && !yes) return truth(false);
  if (node.operation == Operation::logical_or && yes) return truth(true);
  if (node.operation == Operation::implies && known && !yes) return truth(true);
  const Value b = evaluate(node.parts[1], row);
  const bool b_known = b.kind != Value::Kind::unknown, b_yes = b_known && b.number != 0;
  if (node.operation == Operation::logical_and && b_known && !b_yes) return truth(false);
  if (node.operation != Operation::logical_and && b_yes) return truth(true);
  return known && b_known ? truth(b_yes) : Value{};
}

Value is_one_of(const ExpressionNode& node, const RowValues& row) {
  const Value wanted = evaluate(node.parts[0], row);
  bool known = true;
  for (std::size_t i = 1; i < node.parts.size(); ++i) {
    const Value equal = compared(Operation::equal, wanted, evaluate(node.parts[i], row));
    if (equal.kind == Value::Kind::unknown) known = false;
    else if (equal.number != 0) return truth(true);
  }
  return known ? truth(false) : Value{};
}

Value evaluate(const ExpressionNode& node, const RowValues& row) {
  switch (node.operation) {
    case Operation::number: return {Value::Kind::number, node.number, 0, node.text};
    case Operation::text: return {Value::Kind::text, 0, 0, node.text};
    case Operation::column: return value_of(row.cells[node.column], row.types[node.column]);
    case Operation::previous: return value_of(row.before[node.column], row.types[node.column]);
    case Operation::missing: return truth(row.cells[node.column]->state != CellState::value);
    case Operation::in: return is_one_of(node, row);
    case Operation::logical_not:
    case Operation::logical_and:
    case Operation::logical_or:
    case Operation::implies: return logical(node, row);
    default: break;
  }
  const Value a = evaluate(node.parts[0], row);
  if (node.parts.size() == 1) {
    if (a.kind != Value::Kind::number && a.kind != Value::Kind::truth) return {};
    return numeric(node.operation == Operation::negate ? -a.number : node.operation == Operation::absolute ? std::abs(a.number) : std::sqrt(a.number));
  }
  const Value b = evaluate(node.parts[1], row);
  return node.operation >= Operation::equal ? compared(node.operation, a, b) : arithmetic(node.operation, a, b);
}

}  // namespace

Expression::Expression(std::string_view text, const std::vector<std::string>& columns) : text_(text) {
  if (text.size() > 4096) throw Error(ErrorKind::usage, "the expression is longer than 4096 characters", "write it as several rules");
  root_ = std::make_unique<ExpressionNode>(parse_expression(text_, columns, columns_));
  if (columns_.empty()) throw Error(ErrorKind::usage, "the expression names no column", "columns stand bare or in [brackets]");
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

Expression::Answer Expression::judge(std::span<const Cell* const> cells, std::span<const ColumnType> types, std::span<const Cell* const> before) const {
  const Value value = evaluate(*root_, RowValues{cells, types, before});
  if (value.kind == Value::Kind::unknown) return Answer::unknown;
  return value.number != 0 || value.kind == Value::Kind::text || value.kind == Value::Kind::time ? Answer::yes : Answer::no;
}

}  // namespace iai
