#pragma once

#include <span>
#include <string_view>

namespace iai {

/// Common given names of Europe that are nothing else, sorted.
std::span<const std::string_view> given_names();
/// Given names that are words, months, units, towns or makes too ("Max", "Henry", "Rose"), sorted.
std::span<const std::string_view> ambiguous_given_names();

}  // namespace iai
