#include "evaluator/contract/expression.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "formats/delimited_cells.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace {

enum class Operation {
  number,
  text,
  column,
  previous,
  missing,  // leaves
  negate,
  absolute,
  root,
  minimum,
  maximum,
  add,
  subtract,
  multiply,
  divide,  // numbers
  equal,
  unequal,
  less,
  at_most,
  greater,
  at_least,
  in,  // comparisons
  logical_not,
  logical_and,
  logical_or,
  implies,
};

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

}  // namespace

struct Expression::Node {
  Operation operation = Operation::number;
  double number = 0;
  std::string text;
  std::size_t column = 0;
  std::vector<Node> parts;
};

namespace {

/// What a row offers to the evaluation.
struct RowValues {
  std::span<const Cell* const> cells;
  std::span<const ColumnType> types;
  std::span<const Cell* const> before;
};

template <class Node>
Value evaluate(const Node& node, const RowValues& row);

template <class Node>
Value logical(const Node& node, const RowValues& row) {
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

template <class Node>
Value is_one_of(const Node& node, const RowValues& row) {
  const Value wanted = evaluate(node.parts[0], row);
  bool known = true;
  for (std::size_t i = 1; i < node.parts.size(); ++i) {
    const Value equal = compared(Operation::equal, wanted, evaluate(node.parts[i], row));
    if (equal.kind == Value::Kind::unknown) known = false;
    else if (equal.number != 0) return truth(true);
  }
  return known ? truth(false) : Value{};
}

template <class Node>
Value evaluate(const Node& node, const RowValues& row) {
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

/// Recursive descent over the grammar of the class comment.
class ExpressionParser {
 public:
  using Node = Expression::Node;
  ExpressionParser(Expression& expression, const std::vector<std::string>& known) : expression_(expression), text_(expression.text_), known_(known) {}

  Node parse() {
    Node root = condition();
    if (!ended()) fail("'" + std::string(1, text_[at_]) + "' is too much here", "join two conditions with and, or, implies");
    return root;
  }

 private:
  struct Word {
    std::string_view written;
    Operation operation;
  };

  [[noreturn]] void fail(const std::string& what, const std::string& hint) const {
    throw Error(ErrorKind::usage, fmt::format("the expression at character {}: {}", at_ + 1, what), hint);
  }

  bool ended() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    return at_ >= text_.size();
  }

  static bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

  bool take_sign(std::string_view sign) {
    if (ended() || !text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  bool take_word(std::string_view word) {
    if (ended() || !text_.substr(at_).starts_with(word)) return false;
    if (at_ + word.size() < text_.size() && in_name(text_[at_ + word.size()])) return false;
    at_ += word.size();
    return true;
  }

  void need(std::string_view sign) {
    if (!take_sign(sign)) fail(fmt::format("'{}' is missing", sign), "see man iai-contract, expressions");
  }

  Node joined(Operation operation, Node left, Node right) {
    Node node{operation, 0, {}, 0, {}};
    node.parts.push_back(std::move(left));
    node.parts.push_back(std::move(right));
    return node;
  }

  Node condition() {
    if (++depth_ > 64) fail("it is nested too deep", "write it as several rules");
    Node left = disjunction();
    if (take_word("implies")) left = joined(Operation::implies, std::move(left), disjunction());
    --depth_;
    return left;
  }

  Node disjunction() {
    Node left = conjunction();
    while (take_word("or")) left = joined(Operation::logical_or, std::move(left), conjunction());
    return left;
  }

  Node conjunction() {
    Node left = negation();
    while (take_word("and")) left = joined(Operation::logical_and, std::move(left), negation());
    return left;
  }

  Node negation() {
    if (!take_word("not")) return comparison();
    if (++depth_ > 64) fail("it is nested too deep", "write it as several rules");
    Node node{Operation::logical_not, 0, {}, 0, {}};
    node.parts.push_back(negation());
    --depth_;
    return node;
  }

  Node comparison() {
    static constexpr Word words[] = {{"<=", Operation::at_most}, {">=", Operation::at_least}, {"!=", Operation::unequal}, {"==", Operation::equal},
                                     {"=", Operation::equal},    {"<", Operation::less},      {">", Operation::greater}};
    Node left = sum();
    if (take_word("in")) return members(std::move(left));
    for (const Word& word : words)
      if (take_sign(word.written)) return joined(word.operation, std::move(left), sum());
    return left;
  }

  Node members(Node wanted) {
    Node node{Operation::in, 0, {}, 0, {}};
    node.parts.push_back(std::move(wanted));
    need("(");
    do node.parts.push_back(sum());
    while (take_sign(","));
    need(")");
    return node;
  }

  Node sum() {
    Node left = product();
    for (;;) {
      if (take_sign("+")) left = joined(Operation::add, std::move(left), product());
      else if (take_sign("-")) left = joined(Operation::subtract, std::move(left), product());
      else return left;
    }
  }

  Node product() {
    Node left = unary();
    for (;;) {
      if (take_sign("*")) left = joined(Operation::multiply, std::move(left), unary());
      else if (take_sign("/")) left = joined(Operation::divide, std::move(left), unary());
      else return left;
    }
  }

  Node unary() {
    if (!take_sign("-")) return primary();
    if (++depth_ > 64) fail("it is nested too deep", "write it as several rules");
    Node node{Operation::negate, 0, {}, 0, {}};
    node.parts.push_back(unary());
    --depth_;
    return node;
  }

  Node primary() {
    if (ended()) fail("it ends too early", "a number, a 'text', a column or a condition in parentheses belongs here");
    const char c = text_[at_];
    if (take_sign("(")) {
      Node node = condition();
      need(")");
      return node;
    }
    if (c == '\'') return literal();
    if (c == '[') return column(bracketed());
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') return number();
    if (in_name(c)) return name();
    fail(fmt::format("'{}' is not understood", c), "texts stand in single quotes, columns with blanks or signs in [brackets]");
  }

  Node literal() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) fail("the text does not end", "close it with '");
    Node node{Operation::text, 0, std::string(text_.substr(at_ + 1, end - at_ - 1)), 0, {}};
    at_ = end + 1;
    return node;
  }

  std::string bracketed() {
    const auto end = text_.find(']', at_);
    if (end == std::string_view::npos) fail("the column name does not end", "close it with ]");
    std::string name(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    // A name that itself ends in brackets, "Torque [Nm]", is written [Torque [Nm]].
    if (name.find('[') != std::string::npos && at_ < text_.size() && text_[at_] == ']') {
      name += ']';
      ++at_;
    }
    return name;
  }

  Node number() {
    auto end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '.' ||
                                  ((text_[end] == '-' || text_[end] == '+') && (text_[end - 1] == 'e' || text_[end - 1] == 'E'))))
      ++end;
    std::int64_t integer = 0;
    double value = 0;
    if (parse_number(text_.substr(at_, end - at_), {}, integer, value) == NumberKind::none)
      fail(fmt::format("'{}' is no number", text_.substr(at_, end - at_)), "with a decimal point: 0.5, 1e-3");
    Node node{Operation::number, value, std::string(text_.substr(at_, end - at_)), 0, {}};
    at_ = end;
    return node;
  }

  Node name() {
    auto end = at_;
    while (end < text_.size() && in_name(text_[end])) ++end;
    const std::string word(text_.substr(at_, end - at_));
    const auto begin = at_;
    at_ = end;
    const bool known = std::find(known_.begin(), known_.end(), word) != known_.end();
    if (!known && take_sign("(")) return function(word, begin);
    return column(word, begin);
  }

  Node function(const std::string& word, std::size_t begin) {
    static constexpr Word functions[] = {{"abs", Operation::absolute}, {"sqrt", Operation::root},       {"min", Operation::minimum},
                                         {"max", Operation::maximum},  {"missing", Operation::missing}, {"previous", Operation::previous}};
    for (const Word& known : functions) {
      if (known.written != word) continue;
      std::vector<Node> parts;
      do parts.push_back(condition());
      while (take_sign(","));
      need(")");
      return applied(known, std::move(parts), begin);
    }
    at_ = begin;
    fail(fmt::format("there is no function '{}'", word),
         did_you_mean(word, {"abs", "sqrt", "min", "max", "missing", "previous"}, "abs, sqrt, min, max, missing, previous"));
  }

  Node applied(const Word& function, std::vector<Node> parts, std::size_t begin) {
    const bool many = function.operation == Operation::minimum || function.operation == Operation::maximum;
    if (many ? parts.size() < 2 : parts.size() != 1) {
      at_ = begin;
      fail(fmt::format("{} takes {}", function.written, many ? "two values or more" : "one value"), "see man iai-contract, expressions");
    }
    if (function.operation == Operation::missing || function.operation == Operation::previous) {
      if (parts[0].operation != Operation::column) {
        at_ = begin;
        fail(fmt::format("{} takes a column", function.written), fmt::format("{}([Torque [Nm]])", function.written));
      }
      parts[0].operation = function.operation;
      return std::move(parts[0]);
    }
    if (!many) {
      Node node{function.operation, 0, {}, 0, {}};
      node.parts = std::move(parts);
      return node;
    }
    Node node = std::move(parts[0]);
    for (std::size_t i = 1; i < parts.size(); ++i) node = joined(function.operation, std::move(node), std::move(parts[i]));
    return node;
  }

  Node column(const std::string& name) { return column(name, at_); }
  Node column(const std::string& name, std::size_t begin) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      at_ = begin;
      fail("the table has no column '" + name + "'", did_you_mean(name, known_, "list it under columns; texts stand in single quotes"));
    }
    auto& used = expression_.columns_;
    auto found = std::find(used.begin(), used.end(), name);
    if (found == used.end()) found = used.insert(used.end(), name);
    return {Operation::column, 0, {}, static_cast<std::size_t>(found - used.begin()), {}};
  }

  Expression& expression_;
  std::string_view text_;
  const std::vector<std::string>& known_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

Expression::Expression(std::string_view text, const std::vector<std::string>& columns) : text_(text) {
  if (text.size() > 4096) throw Error(ErrorKind::usage, "the expression is longer than 4096 characters", "write it as several rules");
  root_ = std::make_unique<Node>(ExpressionParser(*this, columns).parse());
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
