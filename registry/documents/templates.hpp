#pragma once

#include <string_view>
#include <utility>

namespace iai {

/// A file of registry/documents/ ("annex-iv.json"), compiled in by cmake/embedded.cmake; empty when there is none.
std::string_view document_template(std::string_view name);

}  // namespace iai
