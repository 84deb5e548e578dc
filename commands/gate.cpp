#include "commands/gate.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual gate_manual{.description = "", .examples = {}};

void declare(CLI::App&, GateOptions&) {}

ExitCode run(const GateOptions&, Context&) { throw Error(ErrorKind::internal, "gate is not written yet"); }

}  // namespace iai
