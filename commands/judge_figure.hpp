#pragma once

#include "commands/verdict.hpp"

namespace iai {

/// Holds a figure without an interval against the limit of the check.
void settle(Verdict& verdict, double found);

/// The same for a figure with the ends of a 95 % interval, by the bound of the check.
struct Estimate {
  double value = 0;
  std::optional<double> low, high;
};
void settle(Verdict& verdict, const Estimate& found);

/// A figure of verdict.record: a number, or a map {value, low, high, n}. `key` is the member that is judged: "n" for the
/// number of cases, else empty: the bound of the check decides.
void judge_recorded(Verdict& verdict, const std::string& name, const std::string& key = {});

/// Every value at the place of the check in verdict.record; the worst decides, and is named.
void judge_place(Verdict& verdict);

}  // namespace iai
