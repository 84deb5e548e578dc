#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "evaluator/contract/expression_node.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

/// Recursive descent over the grammar that expression.hpp gives.
class ExpressionParser {
 public:
  using Node = ExpressionNode;
  ExpressionParser(std::string_view text, const std::vector<std::string>& known, std::vector<std::string>& used) : text_(text), known_(known), used_(used) {}

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

  void go_deeper() {
    if (++depth_ > 64) fail("it is nested too deep", "write it as several rules");
  }

  Node prefixed(Operation operation, Node (ExpressionParser::*operand)()) {
    go_deeper();
    Node node{operation, 0, {}, 0, {}};
    node.parts.push_back((this->*operand)());
    --depth_;
    return node;
  }

  Node condition() {
    go_deeper();
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

  Node negation() { return take_word("not") ? prefixed(Operation::logical_not, &ExpressionParser::negation) : comparison(); }

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

  Node unary() { return take_sign("-") ? prefixed(Operation::negate, &ExpressionParser::unary) : primary(); }

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
    auto found = std::find(used_.begin(), used_.end(), name);
    if (found == used_.end()) found = used_.insert(used_.end(), name);
    return {Operation::column, 0, {}, static_cast<std::size_t>(found - used_.begin()), {}};
  }

  std::string_view text_;
  const std::vector<std::string>& known_;
  std::vector<std::string>& used_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

ExpressionNode parse_expression(std::string_view text, const std::vector<std::string>& known, std::vector<std::string>& used) {
  return ExpressionParser(text, known, used).parse();
}

}  // namespace iai
