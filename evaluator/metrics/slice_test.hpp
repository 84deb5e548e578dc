#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// How often as many samples drawn at random would be as bad as those of a slice.
struct SliceTest {
  std::string slice, group;
  std::int64_t n = 0;      ///< predictions of the slice
  double value = 0;        ///< of the metric; NaN when it is undefined
  double whole = 0;        ///< of all samples
  double p_value = 0;      ///< one-sided; NaN where there is no test
  double p_corrected = 0;  ///< for all slices of the evaluation together
  std::string reason;      ///< why there is no test
};

/// The predictions of one slice, by their places among the answers.
struct SlicePart {
  std::string slice, group;
  std::vector<std::int64_t> rows;
};

/// Tests whether `metric` is worse in a slice than chance would make it: as many independent units (groups of the task, else
/// samples) as the slice has are drawn with replacement from all, 2,000 times (fewer, at least 400, beyond 50,000 predictions), and
/// those that are no better are counted. A slice that holds parts of many groups counts as if it held as many whole ones as its
/// samples fill, which asks for more before it says that something is worse. Draws are seeded by slice and number, so the figures do not
/// depend on `threads`. p-values are corrected by Holm's step-down method.
/// @source S. Holm, "A simple sequentially rejective multiple test procedure" (1979)
std::vector<SliceTest> test_slices(const std::string& metric, const Answers& answers, std::span<const SlicePart> parts, int threads);

/// Holm's correction; entries that are NaN stay so and are not counted.
std::vector<double> holm_corrected(std::span<const double> p_values);

/// The slice of the worst value, of those that were tested: its place. @returns nothing when none was
std::optional<std::size_t> worst_slice(const std::string& metric, std::span<const SliceTest> tests);

}  // namespace iai
