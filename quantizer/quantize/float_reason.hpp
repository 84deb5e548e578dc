#pragma once

#include <string>
#include <string_view>

namespace iai {

/// Why an operator with weights stays in floating point: one word for programs, a clause for people.
struct FloatReason {
  std::string_view word;  ///< of the list in schemas/quantize-plan.schema.json; empty: it does not stay
  std::string text;
  bool none() const { return word.empty(); }
};

}  // namespace iai
