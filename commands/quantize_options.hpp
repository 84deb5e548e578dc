#pragma once

#include "commands/quantize.hpp"

namespace iai {

/// Before any work. @throws Error(usage) where options contradict each other, Error(input) where an output is there already.
void check_options(const QuantizeOptions& options);

}  // namespace iai
