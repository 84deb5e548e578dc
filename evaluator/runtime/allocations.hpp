#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "evaluator/runtime/session.hpp"

namespace iai {

/// What one run asks of the runtime's allocator for the processor: the tensors between its operators, and what kernels need meanwhile.
/// Weights are not in it, nor inputs and outputs, which stay from run to run, nor what libraries of the runtime keep to themselves.
struct RunAllocations {
  std::int64_t count = 0;        ///< requests
  std::uint64_t peak_bytes = 0;  ///< asked for and not given back, at most
};

/// Loads the model once more, with an allocator that counts in the place of the runtime's arena, and looks at its third run: the first two
/// allocate outputs and let the runtime find the pattern of its memory. Call it in a process of its own: the runtime takes one such
/// allocator, which stays. The model runs on the processor.
/// @throws Error(input) as Session and its runs do; Error(environment) when the runtime takes no allocator
RunAllocations run_allocations(const std::filesystem::path& model, const SessionOptions& options, std::vector<Tensor> inputs);

}  // namespace iai
