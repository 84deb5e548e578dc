#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited.hpp"

namespace iai {

/// A cell of a batch that holds no value of its column's type.
struct CellException {
  std::uint32_t row = 0;  ///< in the batch, from 0
  CellState state = CellState::missing;
  double number = 0;  ///< odd in an integer column: the real it holds, else NaN
  std::string_view text;
};

/// The cells of one column in a batch. One of the arrays is filled, by type; its elements at exceptions mean nothing.
struct ColumnCells {
  ColumnType type = ColumnType::empty;    ///< empty: every cell is missing, unless an exception says otherwise
  std::vector<double> numbers;            ///< real, boolean (0, 1)
  std::vector<std::int64_t> integers;     ///< integer; timestamp: nanoseconds as in Cell
  std::vector<std::string_view> texts;    ///< text, UTF-8; 8 bytes behind each may be read
  std::vector<CellException> exceptions;  ///< by ascending row
};

/// Consecutive rows, column by column. Texts live as long as the batch and the reader's next call allow.
struct RowBatch {
  std::int64_t first_row = 1;  ///< data rows of the file from 1
  std::size_t rows = 0;
  std::vector<std::uint32_t> ragged;  ///< rows with more or fewer cells than there are columns
  std::string fault;                  ///< why its only row cannot be read; all its cells are missing then
  std::vector<ColumnCells> columns;
  std::deque<std::string> unescaped;         ///< texts that are not in the file as they mean: doubled quotes, broken UTF-8
  std::string_view text;                     ///< the rows as they stand in the file, in UTF-8
  std::int64_t first_line = 1;               ///< of the file, where `text` begins
  std::vector<std::uint32_t> begins, lines;  ///< of each row: where in `text` it begins, line ends before it
};

}  // namespace iai
