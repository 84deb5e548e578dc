#include "commands/reproduce.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual reproduce_manual{.description = "", .examples = {}};

void declare(CLI::App&, ReproduceOptions&) {}

ExitCode run(const ReproduceOptions&, Context&) { throw Error(ErrorKind::internal, "reproduce is not written yet"); }

}  // namespace iai
