#pragma once

#include <filesystem>

#include "evaluator/data/data_set.hpp"

namespace iai {

/// Sources and copies of sources.json in `folder`, ready to be opened, into `data`; nothing when there is no such file.
/// @throws Error(input) when it is damaged.
void read_sources(const std::filesystem::path& folder, DataSet& data);

}  // namespace iai
