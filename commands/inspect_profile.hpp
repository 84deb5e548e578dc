#pragma once

#include "commands/result.hpp"
#include "evaluator/profile/profile_file.hpp"

namespace iai {

/// Adds to `report` what the profile of a data set says: figures of each column, clocks, frequent values, correlations, findings.
void add_profile(Report& report, const StoredProfile& profile);

}  // namespace iai
