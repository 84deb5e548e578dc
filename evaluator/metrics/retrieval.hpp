#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace iai {

/// What is kept of each query: the metrics are their means.
constexpr std::array<std::string_view, 5> retrieval_figures{"recall_at_1", "recall_at_5", "recall_at_10", "mean_average_precision", "mean_reciprocal_rank"};

/// Every sample is a query among all others, ranked by the cosine of their vectors, equal ones in the order of the samples. recall_at_k: is one of
/// the first k of the query's class? (1 or 0); average precision over the whole ranking; 1 / rank of the first one of the class.
/// Takes time in the square of the samples, and memory of the vectors in double twice and of 16 numbers a sample for each of `threads` threads (0: all cores).
/// @param vectors  [sample, number]  @param labels  class of each sample
/// @returns [sample, retrieval_figures]; NaN for a query whose class has no other sample
/// @source K. Musgrave, S. Belongie, S.-N. Lim, "A Metric Learning Reality Check" (ECCV 2020), section 3, for what is usual
std::vector<double> retrieved_figures(std::span<const float> vectors, std::span<const double> labels, int threads = 1);

}  // namespace iai
