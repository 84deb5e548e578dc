#pragma once

#include <compare>
#include <set>
#include <string>

namespace iai {

/// Names of operators that do not get all of int8, since the result would be too far off.
struct Returned {
  std::set<std::string> to_float, to_int16;  ///< int16: their activations have 16 bits, their weights stay int8
  bool empty() const { return to_float.empty() && to_int16.empty(); }
  auto operator<=>(const Returned&) const = default;
};

}  // namespace iai
