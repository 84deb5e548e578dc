#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace iai {

/// Runs one command line and returns the exit code. `arguments` exclude the program's name.
/// @param on_terminal  is `err` a terminal that may show progress?
int run_app(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err, bool on_terminal = false);

}  // namespace iai
