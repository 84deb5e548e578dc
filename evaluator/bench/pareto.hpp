#pragma once

#include <vector>

namespace iai {

/// Which of several choices no other one beats: another beats it when it is no worse in anything and better in something.
/// @param costs  one row a choice, all of the same length; less is better, NaN is worse than any number
/// @returns for each choice whether it is on the front; equal choices are on it together
std::vector<bool> pareto_front(const std::vector<std::vector<double>>& costs);

}  // namespace iai
