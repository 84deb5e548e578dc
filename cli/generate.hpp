#pragma once

#include <string>
#include <vector>

namespace iai {

/// `iai generate man|bash|zsh|fish DIR`, hidden from help: writes what is committed under man/ and completions/.
/// @returns the names of the files written. @throws Error(usage) on anything else.
std::vector<std::string> generate(const std::vector<std::string>& arguments);

}  // namespace iai
