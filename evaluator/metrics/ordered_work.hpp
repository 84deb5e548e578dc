#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// Calls `work(i)` for i in [0, count) on `threads` threads (0: all cores) and `consume(i, result)` in the order of i
/// on the calling thread. No work starts more than 2 * threads ahead of what was consumed, so memory is bounded.
/// The exception of the smallest i that threw (work or consume) is rethrown once every thread has stopped; later i are
/// not consumed.
void ordered_work(std::int64_t count, int threads, const std::function<std::vector<Tensor>(std::int64_t)>& work,
                  const std::function<void(std::int64_t, const std::vector<Tensor>&)>& consume);

/// `threads`, or the number of cores when it is 0.
int thread_count(int threads);

}  // namespace iai
