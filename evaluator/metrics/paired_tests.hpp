#pragma once

#include <cstdint>
#include <string>

#include "evaluator/metrics/interval.hpp"

namespace iai {

/// The chance to see a difference as large as this one, or larger, between two models that are as good as each other.
struct PairedTest {
  double p = 1;           ///< NaN where the test says nothing
  std::string method;     ///< "mcnemar-exact", "mcnemar-chi-square", "sign-exact", "exchange"
  std::string undefined;  ///< why `p` is NaN
};

/// Two-sided chance of `successes` of `trials` that succeed as often as not: twice the smaller tail, at most 1. Exact.
double even_odds_chance(std::int64_t successes, std::int64_t trials);

/// Do independent cases turn from right to wrong as often as from wrong to right? Exact with fewer than 25 such cases, else chi-square
/// with one degree of freedom and continuity correction.
/// @source Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages" (1947);
/// A. L. Edwards, "Note on the correction for continuity in testing the significance of the difference between correlated
/// proportions" (1948)
PairedTest mcnemar_test(std::int64_t right_to_wrong, std::int64_t wrong_to_right);

/// Is the one nearer to the truth as often as the other? Ties are left out. Exact. @source W. J. Dixon and A. M. Mood, "The statistical
/// sign test" (1946)
PairedTest sign_test(std::int64_t nearer, std::int64_t farther);

/// Interval of the difference of two shares of the same `cases`, of which `gained` succeed only in the second and `lost` only in the
/// first. It has a width where nothing was gained or lost: so many cases say no more.
/// @param outside  share of chance left out on each side: 0.025 gives a 95 % interval, 0.05 one of 90 %
/// @source T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design" (1998),
/// section 3: the roots of the score statistic, the share lost estimated under each difference
Interval paired_score_interval(std::int64_t gained, std::int64_t lost, std::int64_t cases, double outside);

}  // namespace iai
