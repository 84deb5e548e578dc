#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// How many predictions of each class are right, are of the class, and were predicted to be.
struct ClassCounts {
  std::vector<double> hits, actual, predicted;
};

/// A metric of such counts. @param binary  of the positive class, number 1; else over the classes. @returns NaN when undefined
struct ClassFigure {
  std::string_view metric;
  double (*figure)(const ClassCounts& counts, bool binary);
  const char* undefined;  ///< why it is, where it is
};

/// @returns nullptr when `metric` does not rest on such counts.
const ClassFigure* find_class_figure(const std::string& metric);

}  // namespace iai
