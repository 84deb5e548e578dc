#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/paired_tests.hpp"

namespace iai {

/// What two models say to the same samples, prediction by prediction.
struct PairedAnswers {
  Answers reference, candidate;
  bool identical = false;  ///< it is known that the two models give the same, bit for bit: nothing is left to chance

  std::int64_t size() const { return reference.size(); }
  PairedAnswers subset(std::span<const std::int64_t> rows) const { return {reference.subset(rows), candidate.subset(rows), identical}; }
  /// Do the answers name classes, which are right or wrong?
  bool classifies() const { return !reference.actual.empty() && reference.actual.size() == reference.predicted.size(); }
};

/// @throws Error(input) when the answers are not to the same samples, or tell different numbers of classes apart.
PairedAnswers pair_answers(Answers reference, Answers candidate, bool identical);

/// Candidate minus reference of one metric over the same samples. The interval is Tango's for shares of independent cases ("score-paired":
/// accuracy, and recall and specificity of one class), else the bootstrap that draws the answers of both together ("bootstrap-bca", "-clustered"), and
/// [0, 0] ("identical") where the models are. Undefined where fewer than 10 cases (or groups) decide: a bootstrap of so few is too
/// narrow, of none it would have no width at all.
/// @param outside  share of chance left out on each side: 0.025 gives a 95 % interval, 0.05 one of 90 %
Metric paired_difference(const std::string& metric, const PairedAnswers& answers, double outside, int threads);

/// Is the difference of `metric` larger than when each case (or group) is answered by the one model or the other by the toss of a coin?
/// 9,999 tosses of all (fewer, at least 999, for many predictions), drawn by a counter, so that `threads` do not matter; accuracy over
/// independent cases takes McNemar's test, which is the same without the drawing. p is at least 1 / (tosses + 1).
/// @source E. W. Noreen, "Computer-Intensive Methods for Testing Hypotheses" (1989), chapter 2: approximate randomization, stratified by
/// case; B. Phipson and G. K. Smyth, "Permutation p-values should never be zero" (2010)
PairedTest paired_test(const std::string& metric, const PairedAnswers& answers, int threads);

/// A prediction that the two models answer differently.
struct Flip {
  std::int64_t prediction = 0;
  bool right_before = false, right_after = false;
};
/// All of them, in the order of the samples. For answers that classify.
std::vector<Flip> flips(const PairedAnswers& answers);

/// Share of the predictions that both models answer with the same class: Wilson's interval, else bootstrap of the groups.
Metric agreement(const PairedAnswers& answers, int threads);
/// Mean of |candidate - reference| of numbers, with a bootstrap interval.
Metric mean_absolute_change(const PairedAnswers& answers, int threads);

/// Of numbers: how often the candidate lies nearer to the truth than the reference, farther, or as far.
struct Nearness {
  std::int64_t nearer = 0, farther = 0, ties = 0;
};
Nearness nearness(const PairedAnswers& answers);

}  // namespace iai
