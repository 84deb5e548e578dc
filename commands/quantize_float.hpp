#pragma once

#include "commands/quantize.hpp"

namespace iai {

/// @throws Error(usage) when --precision and other options contradict each other; with int8, when one of --io and --arithmetic is given.
void check_float_options(const QuantizeOptions& options);

/// `iai quantize --precision fp16|bf16`, options checked.
ExitCode quantize_float(const QuantizeOptions& options, Context& context);

}  // namespace iai
