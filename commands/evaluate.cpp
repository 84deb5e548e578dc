#include "commands/evaluate.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual evaluate_manual{.description = "", .examples = {}};

void declare(CLI::App&, EvaluateOptions&) {}

ExitCode run(const EvaluateOptions&, Context&) { throw Error(ErrorKind::internal, "evaluate is not written yet"); }

}  // namespace iai
