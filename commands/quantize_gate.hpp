#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "commands/quantize_returns.hpp"
#include "evaluator/metrics/metrics.hpp"

namespace iai {

/// The models among which a gate looks for one that keeps the metric, whatever makes them.
struct GatedModels {
  Evaluation before;                                 ///< of the source
  std::function<Evaluation(const Returned&)> judge;  ///< of the model whose operators are returned so, with intervals
  std::function<double(const Returned&)> metric;     ///< the same, the primary metric alone; NaN: undefined, or no model worth having
  std::function<std::vector<std::string>()> ranked;  ///< operators that can be returned, the most harmful first; empty: not known
  Between between = Between::nothing;
  std::function<bool()> is_time_up = [] { return false; };
  int threads = 0;
};

/// How the metric fared under the accuracy limit.
struct GateResult {
  Metric before, after;
  Metric difference;  ///< after minus before, with its paired interval
  Drop drop;
  bool holds = false;
  bool cut = false;        ///< by the budget, before the search was done
  Returned returned;       ///< what the limit cost
  std::int64_t tries = 1;  ///< models that were judged, besides the source
  std::string in_the_way;  ///< why it does not hold; empty where it does
};

/// One choice against the limit, with intervals.
GateResult judge_choice(const GatedModels& models, const Task& task, const DropLimit& limit, const Returned& returned);

/// Holds the model with nothing returned against the limit, and where it is missed looks for operators to return
/// (commands/quantize_returns.hpp). @returns the choice that holds, or the one with the smallest drop where none does
GateResult run_gate(const GatedModels& models, const Task& task, const DropLimit& limit, Output& output);

}  // namespace iai
