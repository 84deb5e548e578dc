#pragma once

#include <cstddef>
#include <cstdint>

namespace iai {

class StateStream;

/// A place in a data set: file (by its place in the order of reading) and data row, from 1; of single cells of text also the
/// line, from 1, and the cell's first byte.
struct DataPlace {
  std::size_t file = 0;
  std::int64_t row = 0, line = 0;  // line 0: not known
  std::uint64_t byte = 0;
};

/// As state_stream.hpp says.
void transfer(DataPlace& place, StateStream& state);

}  // namespace iai
