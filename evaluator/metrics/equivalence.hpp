#pragma once

#include <string>

#include "evaluator/metrics/paired_answers.hpp"

namespace iai {

enum class Equivalence {
  equivalent,  ///< the difference lies within the margin
  different,   ///< it lies beyond
  undecided,   ///< the samples do not tell
};
std::string equivalence_name(Equivalence equivalence);

struct EquivalenceVerdict {
  Equivalence verdict = Equivalence::undecided;
  double margin = 0;   ///< in the unit of the metric
  Metric difference;   ///< with the 90 % interval that was judged
  std::string reason;  ///< one sentence
};

/// Two one-sided tests at 5 % each: the metric of the two is the same but for `margin` where the 90 % interval of the difference lies
/// within [-margin, margin], and is not where the whole interval lies beyond one of the ends.
/// @source D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of
/// average bioavailability" (1987)
EquivalenceVerdict judge_equivalence(const std::string& metric, const PairedAnswers& answers, double margin, int threads);

}  // namespace iai
