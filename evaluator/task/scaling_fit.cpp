#include "evaluator/task/scaling_fit.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "evaluator/profile/sketches.hpp"
#include "evaluator/task/column_rows.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

/// Features of a split, one after the other as ColumnRows has them.
template <class Visit>
void for_each_feature(TaskSplit& split, Visit visit) {
  std::size_t index = 0;
  for (InputSource& input : split.inputs)
    for (Feature& feature : input.features) visit(feature, index++);
}

template <class Visit>
void for_each_row(const ColumnRows& rows, Visit visit) {
  for (const UnitRows& unit : rows.units()) {
    for (std::int64_t i = 0; i < unit.count; ++i) {
      visit(rows.row(unit.first + i));
      rows.looked_at(1);
    }
  }
}

FittedScale fit(const ColumnRows& rows, const std::string& column, std::size_t feature) {
  FittedScale scale{column, 0, 0, 0};
  CompensatedSum sum, squares;
  for_each_row(rows, [&](std::span<const double> row) {
    if (std::isnan(row[feature])) return;
    ++scale.rows;
    sum.add(row[feature]);
  });
  if (scale.rows == 0) return scale;
  const auto n = static_cast<double>(scale.rows);
  scale.mean = sum.value() / n;
  for_each_row(rows, [&](std::span<const double> row) {
    if (!std::isnan(row[feature])) squares.add((row[feature] - scale.mean) * (row[feature] - scale.mean));
  });
  scale.deviation = std::sqrt(squares.value() / n);
  return scale;
}

}  // namespace

std::vector<FittedScale> fit_scaling(Task& task, const std::string& split) {
  TaskSplit raw = task.split(split);
  if (raw.data.empty())
    throw Error(ErrorKind::usage, fmt::format("{}: the split '{}' is made of arrays, nothing is to be scaled", task.path.string(), split),
                "fit on a split that is made of columns");
  for_each_feature(raw, [](Feature& feature, std::size_t) {
    feature.offset = 0;
    feature.divisor = 1;
  });
  const ColumnRows rows(task, raw);
  std::map<std::string, FittedScale> fitted;
  std::vector<FittedScale> order;
  for_each_feature(raw, [&](Feature& feature, std::size_t index) {
    if (feature.category || fitted.contains(feature.column)) return;
    const FittedScale scale = fit(rows, feature.column, index);
    const std::string place = fmt::format("{}: column '{}' in the split '{}'", raw.data.front().string(), feature.column, split);
    if (scale.rows == 0) throw Error(ErrorKind::input, place + " holds no value", "leave the column out of the inputs");
    if (!(scale.deviation > 0)) throw Error(ErrorKind::input, place + " has no spread to scale by", "leave the constant column out of the inputs");
    fitted[feature.column] = scale;
    order.push_back(scale);
  });
  for (auto& [name, one] : task.splits) {
    for_each_feature(one, [&](Feature& feature, std::size_t) {
      const auto scale = fitted.find(feature.column);
      if (feature.category || scale == fitted.end()) return;
      feature.offset = scale->second.mean;
      feature.divisor = scale->second.deviation;
    });
  }
  return order;
}

std::string scaling_text(const std::vector<FittedScale>& scales) {
  std::string text = "column,mean,deviation,rows\n";
  for (const FittedScale& scale : scales) text += fmt::format("{},{},{},{}\n", quoted_cell(scale.column), scale.mean, scale.deviation, scale.rows);
  return text;
}

}  // namespace iai
