#include "evaluator/task/row_keys.hpp"

#include <fmt/format.h>

#include "evaluator/task/task_split.hpp"

namespace iai {

std::vector<RowCondition> read_conditions(const Yaml& node) {
  std::vector<RowCondition> conditions;
  for (const auto& [column, value] : node.entries()) {
    RowCondition condition{column, {}, {}, {}};
    if (value.is_map()) {
      value.allow_keys({"minimum", "maximum"});
      if (const Yaml* minimum = value.find("minimum")) condition.minimum = minimum->number();
      if (const Yaml* maximum = value.find("maximum")) condition.maximum = maximum->number();
      if (!condition.minimum && !condition.maximum) value.fail("the condition is empty", "name minimum, maximum or both");
    } else {
      condition.values = value.texts();
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::vector<ValidRange> read_ranges(const Yaml& node) {
  std::vector<ValidRange> ranges;
  for (const auto& [column, value] : node.entries()) {
    if (value.items().size() != 2) value.fail("expected two numbers, smallest and largest", fmt::format("{}: [0, 120]", column));
    ranges.push_back({column, value.items()[0].number(), value.items()[1].number()});
    if (!(ranges.back().minimum <= ranges.back().maximum)) value.fail("the largest number is below the smallest");
  }
  return ranges;
}

std::int64_t read_count(const Yaml& node) {
  const std::int64_t number = node.integer();
  if (number < 1) node.fail("must be at least 1");
  return number;
}

WindowSource read_windows(const Yaml& node, WindowSource from) {
  node.allow_keys({"by", "order", "length", "stride", "take", "largest_gap"});
  if (const Yaml* by = node.find("by")) from.by = by->texts();
  from.order = node.text_or("order", from.order);
  if (const Yaml* length = node.find("length")) from.length = read_count(*length);
  if (const Yaml* stride = node.find("stride")) from.stride = read_count(*stride);
  if (const Yaml* take = node.find("take")) from.take = static_cast<WindowTake>(choice(*take, {"all", "last"}));
  if (const Yaml* gap = node.find("largest_gap")) {
    from.largest_gap = gap->number();
    if (from.order.empty()) gap->fail("a gap is measured in the column 'order', which is not named", "add 'order'");
  }
  if (from.by.empty()) from.by = {"file"};
  if (from.length == 0) node.fail("missing key 'length'", "say how many rows a window has");
  return from;
}

}  // namespace iai
