#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "formats/json.hpp"

namespace iai {

/// A distribution function at some of its values, ascending, the smallest and the largest among them: the key "distribution"
/// of a column in profile.json.
struct StoredDistribution {
  static constexpr std::size_t most_exact = 512;  ///< up to so many different values it holds all
  std::vector<double> values;
  std::vector<std::uint64_t> below, through;  ///< rows with less than each value; with as much or less
};

/// @param items  numbers in ascending order, each with how many rows it stands for
/// @returns all of them, or those at which another 256th of the rows is full: the steps of frequent values are seen at both
/// ends. Empty when there is no number, or one that JSON cannot say.
StoredDistribution thin_distribution(std::span<const std::pair<double, std::uint64_t>> items, double minimum, double maximum);

Json distribution_json(const StoredDistribution& distribution);
/// The inverse. @throws Error(input) when it is no distribution function.
StoredDistribution parse_distribution(const Json& json);

}  // namespace iai
