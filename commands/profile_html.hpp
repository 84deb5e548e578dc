#pragma once

#include <string>

#include "evaluator/profile/profile_file.hpp"

namespace iai {

/// The profile as one page for people: tables, and plots as inline SVG with their figures in words. No script, nothing that is
/// loaded from elsewhere, no time and no path of this machine: the same profile gives the same bytes.
std::string profile_html(const StoredProfile& profile);

}  // namespace iai
