#pragma once

#include <string_view>
#include <utility>

namespace iai {

/// A file of commands/templates/ ("task.yaml"), compiled in by cmake/embedded.cmake; empty when there is none.
std::string_view project_template(std::string_view name);

}  // namespace iai
