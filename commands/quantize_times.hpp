#pragma once

#include <map>
#include <string>

#include "commands/quantize_workbench.hpp"

namespace iai {

/// What of one run's time each layer takes, its kernel and the quantization of what it reads (for the first layer that reads it): 0 to 1,
/// by QuantizedLayer::name. What is left is all else. Measured on this machine, so no two runs agree to the digit. Empty without samples,
/// and where the runtime keeps no account.
std::map<std::string, double> time_shares(QuantizeWorkbench& workbench, const Candidate& candidate);

/// The layer whose name, or one of whose tensors, a kernel's name begins with; -1 for none. @param source  what the layers name
class KernelOwners {
 public:
  KernelOwners(const onnx::GraphProto& source, const std::vector<QuantizedLayer>& layers);
  int layer_of(const std::string& kernel) const;

 private:
  std::map<std::string, int> owners_;
};

}  // namespace iai
