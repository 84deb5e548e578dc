#pragma once

#include "commands/gate_report.hpp"
#include "registry/registry.hpp"

namespace iai {

/// What `iai gate --explain RULE` prints: one verdict and the records that it rests on, with their figures and inputs.
/// @throws Error(usage) when the policy has no such check.
Report explain_check(const Judgement& judgement, const std::string& id, const Registry& registry);

/// The verdict of the check. @throws Error(usage) when the policy has none of this id.
const Verdict& verdict_of(const Judgement& judgement, const std::string& id);

}  // namespace iai
