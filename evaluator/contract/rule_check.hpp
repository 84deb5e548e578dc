#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/contract/contract.hpp"
#include "evaluator/contract/violations.hpp"
#include "formats/row_batch.hpp"

namespace iai {

/// Rows that follow each other and break a rule together.
struct BrokenRun {
  std::int64_t first_row = 0, last_row = 0;  ///< of the file
  std::optional<Violation> place;            ///< of the first row, with the last line so far, where the run began before the batches at hand
};

/// A row of a batch that breaks a rule, or where a run ended that does.
struct RuleBreak {
  std::uint32_t row = 0;   ///< of the batch
  std::size_t column = 0;  ///< of the file
  const Rule* rule = nullptr;
  std::string message = {};   ///< empty: cell_message() says it
  std::string discreet = {};  ///< as in Violation
  std::optional<BrokenRun> run = {};
  std::string value = {};  ///< of what is about the file as a whole
};

/// Tells where rows of the batches at hand lie.
class RowPlaces {
 public:
  virtual ~RowPlaces() = default;
  /// A violation still without its rule and message.
  virtual Violation at(std::int64_t row, std::size_t column) = 0;
  virtual std::int64_t line(std::int64_t row) = 0;
};

/// Judges the rows of one file by one rule, or by those of one column, batch after batch. What it finds out about a row does
/// not depend on how the rows were cut into batches. Checks do not meet: each may run on a thread of its own.
class RuleCheck {
 public:
  virtual ~RuleCheck() = default;
  virtual void check(const RowBatch& batch, std::vector<RuleBreak>& breaks) = 0;
  /// A row that cannot be read.
  virtual void interrupt(std::vector<RuleBreak>&) {}
  /// The batches since the last call are about to go: what is needed of their places later has to be kept.
  virtual void keep_places(RowPlaces&) {}
  /// The file ended: runs that it cuts off, and rules about the file as a whole.
  virtual void end(std::vector<RuleBreak>&) {}
};

/// What a cell that breaks a rule about cells is told to be.
struct CellMessage {
  std::string text, discreet;
};
CellMessage cell_message(const Rule& rule, const Cell& cell, ColumnType type);

/// "0 to 5", "0 or more", "5 or less"
std::string span_text(const Rule& rule);
bool is_outside(const Rule& rule, double value);

/// Goes along a column row by row.
class CellWalk {
 public:
  explicit CellWalk(const ColumnCells& cells) : cells_(cells) {}
  /// Does the row hold a value of the column's type? Rows are asked for in ascending order.
  bool has_value(std::size_t row) {
    if (cells_.type == ColumnType::empty) return false;
    const auto& exceptions = cells_.exceptions;
    while (at_ < exceptions.size() && exceptions[at_].row < row) ++at_;
    return at_ == exceptions.size() || exceptions[at_].row != row;
  }
  const ColumnCells& cells() const { return cells_; }

 private:
  const ColumnCells& cells_;
  std::size_t at_ = 0;
};

/// Calls `visit(from, to)` for rows in a row that hold values.
template <class Visit>
void for_each_value_span(const ColumnCells& cells, std::size_t rows, Visit visit) {
  if (cells.type == ColumnType::empty) return;
  std::size_t from = 0;
  for (const auto& exception : cells.exceptions) {
    if (exception.row > from) visit(from, std::size_t{exception.row});
    from = exception.row + 1;
  }
  if (from < rows) visit(from, rows);
}

}  // namespace iai
