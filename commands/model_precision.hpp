#pragma once

#include <filesystem>
#include <string>

#include "formats/model.hpp"

namespace iai {

/// In which precision most of a model's weights are, and how integers come to be used: "float32", "float16", "bfloat16", "float64", "int8 static" (with
/// activations whose ranges were calibrated), "int8 dynamic" (ranges found at each run), "int8 weights" (the arithmetic is in float), the same with
/// int4; "no weights". Weights of If and Loop bodies are not looked at.
std::string model_precision(const Model& model);
/// Of a file that the runtime loads; "unknown" where iai does not read it, as ONNX Runtime's own format.
std::string precision_of_file(const std::filesystem::path& path);

}  // namespace iai
