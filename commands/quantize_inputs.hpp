#pragma once

#include <memory>

#include "commands/quantize.hpp"
#include "commands/transformation.hpp"

namespace iai {

/// The calibration inputs, at most --samples of them; null where there are none.
/// @throws Error(usage) where there are none although they are `needed`; Error(input) when they do not fit the model.
std::unique_ptr<Samples> quantize_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Session& session, bool needed);

}  // namespace iai
