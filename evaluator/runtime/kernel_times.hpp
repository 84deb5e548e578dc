#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "evaluator/runtime/session.hpp"
#include "formats/json.hpp"

namespace iai {

/// A tensor that a kernel read or wrote.
struct KernelTensor {
  std::string type;  ///< of the runtime: "float", "int64", "uint8" ...
  std::vector<std::int64_t> shape;
};

/// Time of one kernel of a model.
struct KernelTime {
  std::string node;           ///< as the runtime names it, which fuses and renames nodes: most begin with the name of a node of the model
  std::string op_type;        ///< of the runtime: QLinearConv, FusedMatMul ...
  double seconds = 0;         ///< of one run, the median of those measured; the runtime counts whole microseconds
  std::string provider = {};  ///< that ran it: "CPUExecutionProvider" ...
  std::vector<KernelTensor> inputs = {}, outputs = {};  ///< of the last run; weights are among the inputs
};

/// Runs the model `runs` times on one input after a first that does not count, and asks the runtime for its own account.
/// @param model    its folder is written to, and cleared of what was written, unless options.profile names another beginning
/// @param inputs  in the order of the model's
/// @returns in the order of the first run; empty where the runtime keeps no account
/// @throws Error(input) as Session and its runs do
std::vector<KernelTime> kernel_times(const std::filesystem::path& model, SessionOptions options, std::span<const TensorView> inputs, int runs);

/// The kernels in the runtime's own account of a session, an array of events. @throws Error(input) when it is none
std::vector<KernelTime> kernels_of_profile(const Json& profile);

}  // namespace iai
