#pragma once

#include "commands/quantize.hpp"

namespace iai {

/// Runs iai quantize with --precision int8.
ExitCode quantize_int8(const QuantizeOptions& options, Context& context);

}  // namespace iai
