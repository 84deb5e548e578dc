#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "quantizer/precision/float_operators.hpp"

namespace iai {

/// What was measured at one float32 tensor of the source: a weight, or an activation over all calibration inputs.
struct TensorMeasurement {
  std::int64_t elements = 0, clamped = 0, vanished = 0, subnormal = 0;  ///< as ActivationRounding has them
  float largest = 0;                                                    ///< magnitude
  double rounding_sqnr_db = std::numeric_limits<double>::infinity();    ///< the tensor, rounded, against itself
  /// What its operator makes of rounded inputs, against what it makes of exact ones; -infinity where it becomes NaN or infinite; NaN:
  /// not measured.
  double operator_sqnr_db = std::numeric_limits<double>::quiet_NaN();
};

/// Below this SQNR an operator or an activation loses ten times more than rounding usually costs, which is 72 dB for float16 and 54 dB
/// for bfloat16 (at most half of the last of 11 and of 8 digits, evenly spread).
double least_sqnr_db(ElementType type);
/// Activations above this magnitude may reach the type's largest number on other inputs: half of that number.
float largest_safe(ElementType type);

/// Gives a reason to each operator that has to compute in float32, whose weights then stay float32 too:
/// - "range": a tensor that it reads or makes does not fit the type: an activation over largest_safe() or lost when it is rounded, a
///   weight that is clamped or vanishes as a whole;
/// - "digits": rounded inputs change its outputs too much (a difference of large numbers, say);
/// - "feeds": it makes what one of those with "digits" reads, perhaps through operators that only move values. Not where arithmetic is
///   float32: nothing but weights is rounded then.
/// Operators that have a reason already keep it; their weights stay float32 where one of the first two would be said of them.
/// @param operators  in the order of the graph
void choose_islands(std::vector<FloatOperator>& operators, const std::map<std::string, TensorMeasurement>& measured, const PrecisionOptions& options);

/// Sends operators[which] back to float32 for `reason`, and those that make what it reads. @param options  as above
void keep_operator(std::vector<FloatOperator>& operators, std::size_t which, FloatReason reason, const PrecisionOptions& options);

/// `options` under which lower_precision does as the operators say.
PrecisionOptions with_operators(PrecisionOptions options, const std::vector<FloatOperator>& operators);

}  // namespace iai
