#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/model.hpp"

namespace iai {

/// "input=1,3,224,224" (all dimensions of an input) or "batch=1" (every dimension of that name).
struct ShapeSetting {
  std::string name;
  std::vector<std::int64_t> sizes;
};
/// @throws Error(usage) when `text` is neither.
ShapeSetting parse_shape_setting(const std::string& text);

/// Fixes open dimensions, everywhere they occur, and infers the shapes that follow.
/// @throws Error(usage) when there is no input or dimension of the name, the number of dimensions differs, or a dimension is
/// fixed already to another size; Error(input) when the shapes that follow contradict each other.
void fix_shapes(Model& model, const std::vector<ShapeSetting>& settings, const std::string& name);

}  // namespace iai
