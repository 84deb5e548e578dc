#include "commands/bench.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual bench_manual{.description = "", .examples = {}};

void declare(CLI::App&, BenchOptions&) {}

ExitCode run(const BenchOptions&, Context&) { throw Error(ErrorKind::internal, "bench is not written yet"); }

}  // namespace iai
