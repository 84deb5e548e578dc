#pragma once

#include "commands/verdict.hpp"

namespace iai {

/// A figure of the model over the same figure of the reference, each from its newest record of the step. What is measured with
/// a clock or a meter must come from the same machine.
/// @throws Error(usage) when there is no reference.
void judge_ratio(Verdict& verdict, const Release& release, Evidence& evidence);

}  // namespace iai
