#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/profile/ingest.hpp"
#include "evaluator/profile/stored_distribution.hpp"

namespace iai {

/// Equal bins from `from` to `to`.
struct StoredHistogram {
  double from = 0, to = 0;
  std::vector<std::int64_t> counts;
};

/// Distances of two rows in a time column, in seconds.
struct StoredIntervals {
  double shortest = 0, median = 0, longest = 0, jitter = 0;
};

/// What profile.json says about a column.
struct StoredColumn {
  std::int64_t table = 1;
  std::string name, unit, type, order;
  std::int64_t values = 0, empty = 0, error_word = 0, odd = 0, distinct = 0, longest_run = 0, infinite = 0;
  std::int64_t repeated_times = 0, backward_times = 0, gaps = 0;
  bool distinct_exact = true, types_differ = false;
  double rank_error = 0;
  std::optional<double> minimum, maximum, mean, deviation;  ///< of numbers
  std::string earliest, latest;                             ///< of times
  std::vector<std::pair<std::string, double>> quantiles;    ///< by rank, ascending ("0.01")
  std::optional<StoredHistogram> histogram;
  std::optional<StoredDistribution> distribution;                             ///< of numbers that point to nobody
  std::vector<std::pair<std::string, std::int64_t>> error_words, top_values;  ///< top_values: numbers or codes, most frequent first
  std::int64_t top_values_error = 0;
  std::optional<double> sampling_period_s;
  std::optional<StoredIntervals> intervals;
  std::int64_t missing() const { return empty + error_word + odd; }
};

struct StoredTable {
  std::int64_t number = 1, files = 0, rows = 0, fewest_rows = 0, most_rows = 0, ragged_rows = 0;
  std::string first_file;
};

struct StoredCorrelation {
  std::int64_t table = 1, rows = 0;
  std::string a, b;
  double coefficient = 0;
};

/// What profile.json says.
struct StoredProfile {
  std::int64_t rows = 0, files = 0, bytes = 0;
  std::string root_digest;
  std::vector<StoredTable> tables;
  std::vector<StoredColumn> columns;
  std::vector<StoredCorrelation> correlations;  ///< the strongest first
  std::vector<Finding> findings;
};

/// The inverse of profile_text(). @param name  for errors   @throws Error(input) when the text is no profile.
StoredProfile parse_profile(const Json& json, const std::string& name);
/// The profile in the folder of a data set; nothing when there is none.
/// @param root_digest  of the manifest beside it   @throws Error(input) when it is damaged or belongs to other data.
std::optional<StoredProfile> read_profile(const std::filesystem::path& folder, const std::string& root_digest);

}  // namespace iai
