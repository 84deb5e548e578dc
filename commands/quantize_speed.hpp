#pragma once

#include <functional>
#include <string>

#include "commands/quantize_workbench.hpp"
#include "evaluator/bench/statistics.hpp"

namespace iai {

/// How the time of a run of the result fared against that of the source.
struct SpeedResult {
  RatioInterval ratio;     ///< result over source
  bool holds = false;      ///< not surely slower than the source, and something is left in integers
  bool cut = false;        ///< by the budget, before each operator was measured
  std::string in_the_way;  ///< why it does not hold; empty where it does
};

/// Times candidates against the source on this machine with ONNX Runtime, briefly. @param workbench  kept
LatencyClock latency_clock(QuantizeWorkbench& workbench);

/// "0.913 (0.902 to 0.921)"
std::string ratio_text(const RatioInterval& ratio);

/// Times two models in turns: the first over the second.
using MeasureRatio = std::function<RatioInterval(const Returned& candidate, const Returned& reference)>;

/// What a search for operators that do not pay is given.
struct SpeedSearch {
  std::vector<std::string> names;  ///< operators in integers, in the order in which they are tried
  MeasureRatio compare;            ///< of two choices
  std::function<RatioInterval(const Returned&)> over_source;
  std::function<bool(const Returned&)> is_allowed;  ///< by an accuracy limit
  std::function<bool()> is_time_up = [] { return false; };
};

/// Returns to float each operator without which the model is surely faster (the whole 95 % interval of the ratio, measured twice, lies
/// below 1), one after the other. Where the result is surely slower than the source all the same, the other way round: from
/// float, only those become int8 that make the model surely faster.
/// @param returned  what is returned already; the choice afterwards
SpeedResult keep_what_gains(const SpeedSearch& search, Returned& returned);

/// The same on this machine with ONNX Runtime; `candidate` becomes the result.
SpeedResult keep_what_gains(QuantizeWorkbench& workbench, Candidate& candidate, const std::function<bool(const Returned&)>& is_allowed);

}  // namespace iai
