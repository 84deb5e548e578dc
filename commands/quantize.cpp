#include "commands/quantize.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual quantize_manual{.description = "", .examples = {}};

void declare(CLI::App&, QuantizeOptions&) {}

ExitCode run(const QuantizeOptions&, Context&) { throw Error(ErrorKind::internal, "quantize is not written yet"); }

}  // namespace iai
