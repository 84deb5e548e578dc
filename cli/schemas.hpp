#pragma once

#include <span>
#include <string_view>

namespace iai {

/// The JSON Schema of a YAML file that people write, compiled in from schemas/ (cmake/schemas.cmake).
struct FileSchema {
  std::string_view name;  ///< "task"
  std::string_view text;
};
std::span<const FileSchema> file_schemas();

}  // namespace iai
