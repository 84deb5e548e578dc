#pragma once

#include <optional>
#include <span>
#include <string>

#include "evaluator/runtime/kernel_times.hpp"

namespace iai {

/// What one run of a kernel computes and moves, from the shapes that the runtime states.
struct OperatorWork {
  /// Floating-point (or integer) operations: a multiply-add counts 2, a bias 1 an element. Convolutions, matrix products and
  /// recurrences by their sums; element-wise operators 1 an output element, whatever the function; sums and averages 1 an input
  /// element; what only moves data 0. Nothing for operators that the shapes do not tell, like pooling, softmax, normalisation.
  std::optional<double> operations;
  double bytes = 0;  ///< of its inputs and outputs, weights included, each once, also those of sums that the runtime does not list
};
OperatorWork operator_work(const KernelTime& kernel);

/// What the machine can do at most, as measured (machine_peak.hpp).
struct MachinePeak {
  double operations_per_s = 0;    ///< of multiply-adds in float32, each 2
  double cache_bytes_per_s = 0;   ///< copied within the second-level cache, read and written bytes added
  double memory_bytes_per_s = 0;  ///< copied in memory, the same
  double cache_bytes = 0;         ///< the second-level caches of the cores that ran
};

/// Where the time of a kernel goes. @source Williams, Waterman and Patterson, "Roofline" (CACM 52(4), 2009)
struct Bound {
  std::optional<double> intensity;  ///< operations a byte
  std::optional<double> share;      ///< of the nearer ceiling that the kernel reaches: the time it would need at least over the time it took
  std::string by;                   ///< "compute", "memory", "overhead" (below a tenth of both ceilings), "unknown" (no time, or no operations known)
};
/// Tensors that fit in the caches are held against the cache's bandwidth, others against memory's.
Bound bound_of(const OperatorWork& work, double seconds, const MachinePeak& peak);

}  // namespace iai
