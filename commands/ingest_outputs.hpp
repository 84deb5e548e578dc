#pragma once

#include <filesystem>
#include <vector>

#include "commands/ingest.hpp"
#include "commands/recording.hpp"
#include "commands/result.hpp"
#include "evaluator/profile/ingest.hpp"

namespace iai {

// What the ways to make a data set have in common: of files, of parts, of a folder that grows.

enum class KeepState { no, yes };

/// What is shown. @param output  the data set's folder
Report ingest_report(IngestedData& ingested, const std::filesystem::path& output);

/// Refuses what must not be written: existing files without --overwrite, the data set in a folder that is read, the page in
/// either. @throws Error(input or usage)
void refuse_outputs(const IngestCommandOptions& options);

/// Writes the folder of the data set and the page, all or nothing.
/// @param sources  where its files lie
void write_data_set(IngestedData& ingested, const std::vector<std::filesystem::path>& sources, const IngestCommandOptions& options, KeepState state);

/// What was written, with figures.
void record_data_set(const IngestedData& ingested, const IngestCommandOptions& options, Recording& recording);

}  // namespace iai
