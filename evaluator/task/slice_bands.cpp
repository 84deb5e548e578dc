#include "evaluator/task/slice_bands.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

/// "below 20", "20 to 40", "from 40": what lies on a bound belongs to the range above it.
std::vector<std::string> range_names(const std::vector<double>& bounds) {
  std::vector<std::string> names{fmt::format("below {}", bounds.front())};
  for (std::size_t i = 1; i < bounds.size(); ++i) names.push_back(fmt::format("{} to {}", bounds[i - 1], bounds[i]));
  names.push_back(fmt::format("from {}", bounds.back()));
  return names;
}

constexpr const char* no_number = "no number";

void use_ranges(const GroupSource& source, LabelledSamples::Slice& slice) {
  slice.order = range_names(source.ranges);
  slice.order.emplace_back(no_number);
  for (std::string& value : slice.values) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || std::isnan(number)) {
      value = no_number;
      continue;
    }
    const auto above = std::upper_bound(source.ranges.begin(), source.ranges.end(), number) - source.ranges.begin();
    value = slice.order[static_cast<std::size_t>(above)];
  }
}

/// The values of `slice` in the order in which reports show them.
std::vector<std::string> ordered(const LabelledSamples::Slice& slice) {
  if (!slice.order.empty()) return slice.order;
  std::vector<std::string> values = slice.values;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

LabelledSamples::Slice crossed(const SliceCross& cross, const std::vector<LabelledSamples::Slice>& known) {
  const auto part = [&](const std::string& name) -> const LabelledSamples::Slice& {
    return *std::find_if(known.begin(), known.end(), [&](const auto& slice) { return slice.name == name; });
  };
  const LabelledSamples::Slice &one = part(cross.first), &other = part(cross.second);
  LabelledSamples::Slice slice{cross.name, {}, {}};
  const auto both = [](const std::string& a, const std::string& b) { return a + ", " + b; };
  for (const std::string& a : ordered(one)) {
    for (const std::string& b : ordered(other)) slice.order.push_back(both(a, b));
  }
  for (std::size_t i = 0; i < one.values.size(); ++i) slice.values.push_back(both(one.values[i], other.values[i]));
  return slice;
}

}  // namespace

void finish_slices(const TaskSplit& split, LabelledSamples& samples) {
  for (std::size_t i = 0; i < split.slices.size(); ++i) {
    if (!split.slices[i].ranges.empty()) use_ranges(split.slices[i], samples.slices[i]);
  }
  for (const SliceCross& cross : split.crosses) samples.slices.push_back(crossed(cross, samples.slices));
}

}  // namespace iai
