#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/runtime/allocations.hpp"
#include "evaluator/runtime/session.hpp"

namespace iai {

/// What a model costs before it is warm.
struct ColdStart {
  double load_ms = 0;  ///< making the session: reading, checking and optimizing the graph
  double first_inference_ms = 0;
  std::uint64_t peak_rss_bytes = 0;                ///< of the whole process, the runtime's library included
  std::optional<RunAllocations> allocations = {};  ///< of a warm run
  std::string allocations_reason = {};             ///< why they are not known
};

/// The inputs of one run, made for the session that takes them.
using MakeInputs = std::function<std::vector<Tensor>(const Session&)>;

/// Loads `model` and runs it once in a forked child, so that models do not share memory, caches of the runtime or one
/// another's crashes; call it while no session is open. The runtime's library is opened before the clock starts. The
/// peak is the child's ru_maxrss (getrusage(2)). Allocations are counted in a second session of the child, where the model runs on the
/// processor.
/// @throws Error as Session and `inputs` do, and Error(input) when the child was ended by a signal.
ColdStart measure_cold_start(const std::filesystem::path& model, const SessionOptions& options, const MakeInputs& inputs);

}  // namespace iai
