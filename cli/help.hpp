#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "commands/commands.hpp"

namespace iai {

/// The verbs grouped by stage, one line each.
std::string help_overview();
/// One verb: examples first, then usage, flags, description.
std::string help_page(const Command& command);

/// `iai generate man|bash|zsh|fish DIR`: manual pages and completions from the table and the parser. @returns exit code.
int generate(const std::vector<std::string>& arguments, std::ostream& out);

}  // namespace iai
