#include "commands/init.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual init_manual{.description = "", .examples = {}};

void declare(CLI::App&, InitOptions&) {}

ExitCode run(const InitOptions&, Context&) { throw Error(ErrorKind::internal, "init is not written yet"); }

}  // namespace iai
