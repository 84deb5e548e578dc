#include "evaluator/profile/stored_distribution.hpp"

#include <cmath>

#include "formats/error.hpp"

namespace iai {

namespace {

constexpr std::uint64_t parts = 256;

struct Step {
  double value;
  std::uint64_t below, through;
};

}  // namespace

StoredDistribution thin_distribution(std::span<const std::pair<double, std::uint64_t>> items, double minimum, double maximum) {
  StoredDistribution thin;
  if (items.empty() || !std::isfinite(minimum) || !std::isfinite(maximum)) return thin;
  std::vector<Step> steps;
  std::uint64_t sum = 0;
  if (items.front().first > minimum) steps.push_back({minimum, 0, 0});  // sketches may have lost the ends
  for (const auto& [value, count] : items) {
    if (steps.empty() || steps.back().value != value) steps.push_back({value, sum, sum});
    steps.back().through = sum += count;
  }
  if (items.back().first < maximum) steps.push_back({maximum, sum, sum});
  const double share = static_cast<double>(parts) / static_cast<double>(sum);
  const auto part = [&](std::uint64_t rows) { return static_cast<std::uint64_t>(static_cast<double>(rows) * share); };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool end = i == 0 || i + 1 == steps.size();
    if (steps.size() > StoredDistribution::most_exact && !end && part(steps[i].below) == part(steps[i].through)) continue;
    thin.values.push_back(steps[i].value);
    thin.below.push_back(steps[i].below);
    thin.through.push_back(steps[i].through);
  }
  return thin;
}

Json distribution_json(const StoredDistribution& distribution) {
  return {{"values", distribution.values}, {"below", distribution.below}, {"through", distribution.through}};
}

StoredDistribution parse_distribution(const Json& json) {
  StoredDistribution read{json.at("values").get<std::vector<double>>(), json.at("below").get<std::vector<std::uint64_t>>(),
                          json.at("through").get<std::vector<std::uint64_t>>()};
  bool sound = !read.values.empty() && read.below.size() == read.values.size() && read.through.size() == read.values.size() && read.through.back() > 0;
  for (std::size_t i = 0; sound && i < read.values.size(); ++i) {
    sound = std::isfinite(read.values[i]) && read.below[i] <= read.through[i];
    if (sound && i > 0) sound = read.values[i - 1] < read.values[i] && read.through[i - 1] <= read.below[i];
  }
  if (!sound) throw Error(ErrorKind::input, "a distribution that is none");
  return read;
}

}  // namespace iai
