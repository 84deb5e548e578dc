#pragma once

#include <filesystem>
#include <vector>

#include "evaluator/profile/ingest.hpp"

namespace iai {

/// One data set of several that keep their state, as if their files had been ingested at once: counts, sums and findings are
/// equal, quantiles, distinct and frequent values are as long as columns have few different values, then they lie within
/// their stated errors. The order of the folders does not matter. One part is in memory beside the whole.
/// @returns also data.sources and data.copies, ready to be opened
/// @throws Error(input) when two parts hold a file of the same name, or a state is missing, damaged or of other data.
IngestedData merge_data_sets(const std::vector<std::filesystem::path>& folders);

}  // namespace iai
