#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/returned.hpp"

namespace iai {

/// What an operator that loses too much may become before it becomes float.
enum class Between { nothing, int16 };

/// Does the limit hold for the model whose operators are returned so? Nothing where there is no time to find out.
using JudgeReturned = std::function<std::optional<bool>(const Returned&)>;

struct ReturnOutcome {
  Returned returned;   ///< with which the limit holds; empty where `holds` is false
  bool holds = false;  ///< was such a choice found that leaves at least one in integers?
  bool cut = false;    ///< the judge had no time: with more, fewer operators might be returned, or a choice be found
};

/// Which operators to return, so that a limit holds that does not with all in int8. First the worst ones, in the order of
/// `ranked`: to int16, the worst alone, then two, four, eight ... and when all in int16 are not enough, to float. Between the
/// last number that missed the limit and the first that met it (all in float meet it), halving finds the smallest. Then the
/// returned ones are taken back, the least harmful first: all together, else each half of them, down to single ones. So n
/// operators of which k are returned take about 2 log2(n) and then at most 2 k tries for each form, mostly far fewer.
/// @param ranked  names of the operators in int8, worst first
/// @param judge   asked once for each choice
ReturnOutcome search_returned(const std::vector<std::string>& ranked, Between between, const JudgeReturned& judge);

}  // namespace iai
