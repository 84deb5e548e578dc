#pragma once

#include <string>

#include "commands/commands.hpp"

namespace iai {

/// The verbs grouped by stage, one line each.
std::string help_overview();
/// One verb: examples first, then usage, flags, description.
std::string help_page(const Command& command);

}  // namespace iai
