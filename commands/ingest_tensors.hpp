#pragma once

#include "commands/context.hpp"
#include "commands/ingest.hpp"

namespace iai {

/// iai ingest --tensors: the columns of a data set as the arrays that a task makes of them.
ExitCode run_tensors(const IngestCommandOptions& options, Context& context);

}  // namespace iai
