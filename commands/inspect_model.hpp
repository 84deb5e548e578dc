#pragma once

#include <string>
#include <string_view>

#include "commands/result.hpp"

namespace iai {

/// What the ONNX model in `bytes` is; `name` is used in errors.
/// @throws Error(input) when it is no ONNX model.
Report inspect_model(std::string_view bytes, const std::string& name);

}  // namespace iai
