#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include <arrow/array.h>

#include "formats/arrow/leaves.hpp"
#include "formats/row_batch.hpp"

namespace iai {

/// Rows [from, from + count) of `array` as cells of the leaf's type. Texts point into the array or into `kept`.
/// @param array  validated (every offset, every index of a dictionary); may be dictionary-encoded or of an extension type
void fill_cells(const arrow::Array& array, const Leaf& leaf, std::int64_t from, std::int64_t count, ColumnCells& cells, std::deque<std::string>& kept);

/// Bytes of text in the cells.
std::size_t text_bytes(const ColumnCells& cells);

/// Does an integer column hold numbers that 64 bits with sign do not, among the first `count` rows?
bool beyond_integers(const arrow::Array& array, const Leaf& leaf, std::int64_t count);

}  // namespace iai
