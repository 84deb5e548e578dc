#pragma once

#include <string>
#include <string_view>

namespace iai {

/// How a personal value may be shown: its first and last character with an ellipsis between, nothing of it when it has
/// fewer than 6 characters. The length does not show. `text` is UTF-8.
std::string masked(std::string_view text);

}  // namespace iai
