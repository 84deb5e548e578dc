#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited.hpp"

namespace iai {

struct ExpressionNode;

/// A condition over the columns of one row, as contracts write it: "[Machine failure] = 1 implies TWF + HDF > 0".
///
///     condition := or ("implies" or)?              or := and ("or" and)*      and := not ("and" not)*
///     not       := "not" not | comparison          comparison := sum (("=" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" "(" value ("," value)* ")")?
///     sum       := product (("+" | "-") product)*  product := unary (("*" | "/") unary)*    unary := "-" unary | primary
///     primary   := number | 'text' | column | [column with blanks] | function "(" condition ("," condition)* ")" | "(" condition ")"
///
/// Functions: abs, sqrt, min, max, missing (is there no value?), previous (of a column: the row before in the file).
/// Times are compared with each other and with texts such as '2026-03-01 12:00:00'; their difference is in seconds.
/// A row is unknown, which is no violation, where a column that decides holds no value (three-valued logic, as a CHECK
/// constraint of ISO/IEC 9075-2, 4.17.3).
class Expression {
 public:
  /// @param columns  the names that may stand in it
  /// @throws Error(usage) that says what is wrong and at which character; a text has at most 4096.
  Expression(std::string_view text, const std::vector<std::string>& columns);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  const std::string& text() const { return text_; }
  /// The columns that it names, in the order of their first place.
  const std::vector<std::string>& columns() const { return columns_; }

  enum class Answer { no, yes, unknown };
  /// @param cells, types, before  one for each of columns(): this row's cell, the column's type in the file, and the cell
  /// of the row before (null in the first row)
  Answer judge(std::span<const Cell* const> cells, std::span<const ColumnType> types, std::span<const Cell* const> before) const;

 private:
  std::string text_;
  std::vector<std::string> columns_;
  std::unique_ptr<ExpressionNode> root_;
};

}  // namespace iai
