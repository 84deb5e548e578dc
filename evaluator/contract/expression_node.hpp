#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

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

/// A part of an expression and the parts that it is made of.
struct ExpressionNode {
  Operation operation = Operation::number;
  double number = 0;
  std::string text;
  std::size_t column = 0;  // of those that the expression uses
  std::vector<ExpressionNode> parts;
};

/// The grammar is that of expression.hpp.
/// @param known  columns that may stand in it   @param used  gets those that do, in the order of their first place
/// @throws Error(usage) that says what is wrong and at which character.
ExpressionNode parse_expression(std::string_view text, const std::vector<std::string>& known, std::vector<std::string>& used);

}  // namespace iai
