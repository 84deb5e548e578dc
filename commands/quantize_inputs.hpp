#pragma once

#include <memory>

#include "commands/quantize.hpp"
#include "commands/transformation.hpp"

namespace iai {

/// @throws Error(usage) when --random-calibration stands beside an option that names inputs or needs none.
void check_random_options(const QuantizeOptions& options);

/// Do the options name inputs, or a task that may have some, or ask for made-up ones?
bool names_inputs(const QuantizeOptions& options);
/// Are there inputs to calibrate on?
bool has_inputs(const QuantizeOptions& options, const CalibrationSource& calibration);

/// The calibration inputs, at most --samples of them; null where there are none. With --random-calibration: seeded ones in the model's
/// shapes, dynamic dimensions 1, integers that pick rows of a table within it. Sequences of a model with states are run as a whole first.
/// @throws Error(usage) where there are none although they are `needed`; Error(input) when they do not fit the model.
std::unique_ptr<Samples> quantize_samples(const QuantizeOptions& options, const CalibrationSource& calibration, const Model& model, const Session& session,
                                          bool needed);

/// The model, the inputs and the ranges that a run read.
void record_inputs(Recording& recording, const QuantizeOptions& options, const CalibrationSource& calibration);

/// Warns that ranges are not those of the plant, and says so in the record.
void tell_random(Recording& recording, Output& output);

}  // namespace iai
