#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "evaluator/drift/drift_comparison.hpp"

namespace iai {

/// Largest distance of the two distribution functions (Kolmogorov-Smirnov): at least so much, given what is known.
double least_ks(const Comparison& comparison);
/// Area between them (Wasserstein-1, in the column's unit): at least so much. Exact where the reference is, but in gaps in
/// which the functions cross.
double least_wasserstein(const Comparison& comparison);

/// Shares of reference and sample in bins that hold about equal shares of the reference, taken as near to each other as what
/// is known allows.
struct Shares {
  std::vector<double> reference, sample;
};
Shares binned(const Comparison& comparison, std::size_t most_bins);
/// From counts of categories; those with fewer than five rows in both together are one.
Shares categories(std::span<const std::pair<double, double>> counts);

/// Population stability index: sum of (q - p) ln(q / p); an empty bin counts as half a row of its side.
double population_stability(const Shares& shares, double reference_rows, double rows);
/// Jensen-Shannon distance to base e: the square root of the divergence. @source Lin, IEEE Trans. Inf. Theory 37 (1991)
double jensen_shannon(const Shares& shares);

/// Tails under no drift: how probable is a figure as large or larger, for two samples of n and m rows?
/// @source Kolmogorov's distribution with the correction of M. A. Stephens, J. R. Stat. Soc. B 32 (1970)
double ks_tail(double statistic, double n, double m);
/// @source B. Yurdakul, J. Naranjo, "Statistical properties of the population stability index" (2020): chi-squared
double population_stability_tail(double statistic, std::size_t bins, double n, double m);
/// 8 JSD / (1/n + 1/m) is chi-squared as well: both are f-divergences with the same second derivative but for a factor.
double jensen_shannon_tail(double statistic, std::size_t bins, double n, double m);
/// A gamma distribution with mean and variance of the area under a Brownian bridge at the pooled distribution function.
class WassersteinTail {
 public:
  explicit WassersteinTail(const Comparison& comparison, double n, double m);
  double operator()(double statistic) const;

 private:
  double shape_ = 0, scale_ = 0;
};
/// Fisher's exact test: a of n rows against b of m; twice the smaller tail. @source R. A. Fisher, J. R. Stat. Soc. 98 (1935)
double share_tail(double a, double n, double b, double m);

/// Regularized upper incomplete gamma function Q(a, x). @source NIST DLMF 8.11.4, 8.9.2
double gamma_tail(double a, double x);
/// Adjusts p-values of tests that were made together, in place. @source S. Holm, Scand. J. Stat. 6 (1979)
void adjust_by_holm(std::vector<double>& chances);

}  // namespace iai
