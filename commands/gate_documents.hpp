#pragma once

#include <string>

#include "commands/gate_report.hpp"

namespace iai {

/// The verdicts as a comment on a merge request: a table of all checks, why those failed and what to type, who answers for
/// what is waived. No time and no folder of this machine: the same bytes from the same records.
std::string gate_markdown(const Judgement& judgement);

/// What did not pass as code scanning reads it: one rule a check, one result for each that did not pass, at the line of the
/// policy that asks for it; waived ones are suppressed. @param policy  its file, as the command line names it
/// @source OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0
std::string gate_sarif(const Judgement& judgement, const std::filesystem::path& policy);

}  // namespace iai
