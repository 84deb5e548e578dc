#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/runtime/session.hpp"
#include "evaluator/task/samples.hpp"
#include "formats/tensor.hpp"

namespace iai {

/// By how much two elements may differ.
struct Tolerance {
  double value = 1e-4;
  bool relative = true;  ///< a share of the largest finite |value| that the reference's tensor holds in the sample; else in its unit
};

/// How far a tensor of one model lies from that of another, over all samples.
struct TensorDifference {
  double sqnr_db = 0;                            ///< 10 log10(sum reference² / sum difference²); infinite when equal, -infinity when broken
  double cosine = 1;                             ///< over all elements; 0 when broken
  double max_absolute = 0, mean_absolute = 0;    ///< infinite when broken
  std::int64_t elements = 0, beyond = 0;         ///< `beyond`: those that differ by more than the tolerance, or are broken
  std::int64_t broken = 0;                       ///< elements that are NaN or infinite in one of the two and something else in the other
  std::int64_t not_finite = 0;                   ///< elements of the reference that are NaN or infinite
  std::int64_t first_sample = -1;                ///< the first with an element beyond the tolerance; -1: none
  std::vector<std::int64_t> shape, other_shape;  ///< where the two are not alike in one sample, and nothing is compared
  bool comparable() const { return shape == other_shape; }
  bool identical() const { return comparable() && max_absolute == 0 && broken == 0; }
};

/// Sums of one tensor over runs. Added run by run in the order of the samples, the figures depend on nothing else.
class TensorDifferenceSums {
 public:
  /// What the samples [first, first + n) showed; axis 0 counts them where its size is n.
  static TensorDifferenceSums of(const TensorView& reference, const TensorView& candidate, std::int64_t first, std::int64_t n, const Tolerance& tolerance);
  void append(const TensorDifferenceSums& later);
  TensorDifference result() const;

 private:
  void add_row(const double* reference, const double* candidate, std::size_t count, std::int64_t sample, const Tolerance& tolerance);
  double signal_ = 0, noise_ = 0, candidate_ = 0, product_ = 0, absolute_ = 0;
  TensorDifference found_;
};

/// Runs both models over all of `samples` (visit_both) and compares outputs of the one with outputs of the other. Numbers of any type;
/// memory holds a few figures a pair for each run that is on its way.
/// @param pairs  places in reference.outputs() and candidate.outputs()
/// @param done   called with the number of samples compared so far, from the calling thread
/// @throws Error(input) as visit_both.
std::vector<TensorDifference> compare_tensors(const Session& reference, const Session& candidate, const Samples& samples,
                                              const std::vector<std::pair<std::size_t, std::size_t>>& pairs, const Tolerance& tolerance, int threads,
                                              const std::function<void(std::int64_t samples)>& done);

}  // namespace iai
