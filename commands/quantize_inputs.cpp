#include "commands/quantize_inputs.hpp"

#include "formats/error.hpp"

namespace iai {

std::unique_ptr<Samples> quantize_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Session& session, bool needed) {
  std::unique_ptr<Samples> samples = calibration.open(wanted_inputs(session));
  if (samples != nullptr) return limit_samples(std::move(samples), options.samples);
  if (!needed) return nullptr;
  throw Error(ErrorKind::usage, options.task.string() + ": the task has no split 'calibration'", "add one to the task file, or pass --calibration PATH");
}

}  // namespace iai
