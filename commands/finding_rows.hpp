#pragma once

#include <vector>

#include "commands/result.hpp"
#include "evaluator/profile/ingest.hpp"

namespace iai {

/// A row for each of the first `most` findings, fresh from ingest or out of a stored profile.
ReportRows finding_rows(const std::vector<Finding>& findings, std::size_t most);

}  // namespace iai
