#pragma once

#include "commands/ingest.hpp"

namespace iai {

/// `iai ingest --follow FOLDER`: rounds, each of which adds to the data set what has come to the folder since.
ExitCode run_follow(const IngestCommandOptions& options, Context& context);

}  // namespace iai
