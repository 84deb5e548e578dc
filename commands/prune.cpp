#include "commands/prune.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual prune_manual{.description = "", .examples = {}};

void declare(CLI::App&, PruneOptions&) {}

ExitCode run(const PruneOptions&, Context&) { throw Error(ErrorKind::internal, "prune is not written yet"); }

}  // namespace iai
