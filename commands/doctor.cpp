#include "commands/doctor.hpp"

#include "formats/error.hpp"

namespace iai {

const Manual doctor_manual{.description = "", .examples = {}};

void declare(CLI::App&, DoctorOptions&) {}

ExitCode run(const DoctorOptions&, Context&) { throw Error(ErrorKind::internal, "doctor is not written yet"); }

}  // namespace iai
