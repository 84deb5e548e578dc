#include "commands/ingest.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual ingest_manual{.description = "", .examples = {}};

void declare(CLI::App&, IngestOptions&) {}

ExitCode run(const IngestOptions&, Context&) { throw Error(ErrorKind::internal, "ingest is not written yet"); }

}  // namespace iai
