#pragma once

#include <string>

namespace iai {

/// Completion scripts: verbs, flags, choices, and files by the ending that an argument wants (models: *.onnx).
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace iai
