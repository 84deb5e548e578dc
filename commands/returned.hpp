#pragma once

#include <compare>
#include <set>
#include <string>

namespace iai {

/// Names of operators that do not get all of int8.
struct Returned {
  std::set<std::string> to_float, to_int16;  ///< for an accuracy limit; int16: their activations have 16 bits, their weights stay int8
  std::set<std::string> too_slow = {};       ///< to float, since int8 took longer
  bool empty() const { return to_float.empty() && to_int16.empty() && too_slow.empty(); }
  auto operator<=>(const Returned&) const = default;
};

}  // namespace iai
