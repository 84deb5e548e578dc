#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluator/task/task.hpp"
#include "formats/delimited.hpp"

namespace iai {

/// Numbers, `width` for each sample, sample by sample.
struct LabelValues {
  std::vector<double> values;
  std::int64_t width = 1;
  std::int64_t samples() const { return width == 0 ? 0 : static_cast<std::int64_t>(values.size()) / width; }
};

/// Labels from NPY arrays ([n], or [n, ...] with several labels a sample) and delimited text (one column), one file after
/// the other. Text becomes the number of the class in `classes`.
/// @throws Error(input) naming file and row when a label is missing, NaN or no label.
LabelValues read_labels(const LabelSource& source, const std::vector<std::string>& classes);

/// One cell as a label: the number of the class that it names, or its number.
/// @throws Error(input) "WHERE: ..." when it is missing or neither.
double label_of(const Cell& cell, ColumnType type, const std::vector<std::string>& classes, const std::string& where);

/// Names of groups, one a sample: text as it stands, numbers in their shortest form.
std::vector<std::string> read_groups(const LabelSource& source);

/// The class number of `text`: its place in `classes`. @returns -1 when it is none.
std::int64_t class_number(const std::string& text, const std::vector<std::string>& classes);

/// "12" for 12.0, "0.5": the shortest text that reads back as `number`.
std::string shortest_text(double number);

}  // namespace iai
