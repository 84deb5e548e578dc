#include "commands/convert.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual convert_manual{.description = "", .examples = {}};

void declare(CLI::App&, ConvertOptions&) {}

ExitCode run(const ConvertOptions&, Context&) { throw Error(ErrorKind::internal, "convert is not written yet"); }

}  // namespace iai
