#include "commands/registry.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual registry_manual{.description = "", .examples = {}};

void declare(CLI::App&, RegistryOptions&) {}

ExitCode run(const RegistryOptions&, Context&) { throw Error(ErrorKind::internal, "registry is not written yet"); }

}  // namespace iai
