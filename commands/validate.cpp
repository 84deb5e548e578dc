#include "commands/validate.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual validate_manual{.description = "", .examples = {}};

void declare(CLI::App&, ValidateOptions&) {}

ExitCode run(const ValidateOptions&, Context&) { throw Error(ErrorKind::internal, "validate is not written yet"); }

}  // namespace iai
