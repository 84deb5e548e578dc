#include "commands/inspect.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual inspect_manual{.description = "", .examples = {}};

void declare(CLI::App&, InspectOptions&) {}

ExitCode run(const InspectOptions&, Context&) { throw Error(ErrorKind::internal, "inspect is not written yet"); }

}  // namespace iai
