#pragma once

#include "commands/verdict.hpp"

namespace iai {

/// The record becomes that of the verdict. @returns false where there is none: the verdict then says why, and what would make one.
bool take(Verdict& verdict, FoundRecord finding, const std::string& hint);

/// The loss of a metric against the reference: between two evaluations over the same ground or, where the check judges by an
/// end of an interval or the whole, the paired difference that compare recorded.
/// @throws Error(usage) when there is no reference.
void judge_drop(Verdict& verdict, const Release& release, Evidence& evidence);

}  // namespace iai
