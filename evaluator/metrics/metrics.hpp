#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluator/data/task.hpp"
#include "evaluator/runtime/session.hpp"

namespace iai {

/// A figure with its uncertainty. `low` and `high` bound a 95 % interval; NaN when undefined, and `undefined` says why.
struct Metric {
  std::string name;
  double value = 0, low = 0, high = 0;
  std::int64_t n = 0;
  std::string interval;   ///< "wilson", "bootstrap-bca" ...
  std::string undefined;
};

/// Inference over one split of a task and the metrics of the answers.
struct Evaluation {
  std::vector<Metric> metrics;               ///< in the order of the task file
  std::vector<std::vector<float>> outputs;   ///< raw first output, one a sample, for paired comparisons
  std::int64_t samples = 0;
  const Metric& metric(const std::string& name) const;
};
/// Runs `session` over the "evaluation" split and judges the answers. `threads` samples run at once, `batch` together.
Evaluation evaluate(const Session& session, const Task& task, int batch, int threads);

/// Loss of the primary metric from `before` to `after`, positive when worse, absolute and relative to |before|.
struct Drop {
  double absolute = 0, relative = 0;
};
Drop primary_drop(const Task& task, const Evaluation& before, const Evaluation& after);
/// "0.5%" (relative) or "0.01" (absolute, in the metric's unit).
struct DropLimit {
  double value = 0;
  bool relative = false;
  bool holds(const Drop& drop) const { return (relative ? drop.relative : drop.absolute) <= value; }
};
DropLimit parse_drop_limit(const std::string& text);

}  // namespace iai
