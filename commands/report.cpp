#include "commands/report.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual report_manual{.description = "", .examples = {}};

void declare(CLI::App&, ReportOptions&) {}

ExitCode run(const ReportOptions&, Context&) { throw Error(ErrorKind::internal, "report is not written yet"); }

}  // namespace iai
