#include "commands/quantize_times.hpp"

#include "commands/scratch_model.hpp"
#include "evaluator/runtime/kernel_times.hpp"

namespace iai {

KernelOwners::KernelOwners(const onnx::GraphProto& source, const std::vector<QuantizedLayer>& layers) {
  for (int i = 0; i < static_cast<int>(layers.size()); ++i) {
    const QuantizedLayer& layer = layers[static_cast<std::size_t>(i)];
    owners_.emplace(layer.name, i);
    for (const std::string& output : source.node(layer.node).output()) {
      if (!output.empty()) owners_.emplace(output, i);
    }
    if (!layer.result.empty()) owners_.emplace(layer.result, i);
    for (const std::string& input : layer.inputs) owners_.emplace(input + "_quantized", i);
  }
}

int KernelOwners::layer_of(const std::string& kernel) const {
  // The runtime appends what it made of a node: "_token_12", "/MatMulScaleFusion/", "_nchwc". A number is a name of its own.
  for (std::size_t length = kernel.size(); length > 0; --length) {
    const bool ends = length == kernel.size() || kernel[length] == '/' ||
                      (kernel[length] == '_' && length + 1 < kernel.size() && (kernel[length + 1] < '0' || kernel[length + 1] > '9'));
    if (!ends) continue;
    if (const auto found = owners_.find(kernel.substr(0, length)); found != owners_.end()) return found->second;
  }
  return -1;
}

std::map<std::string, double> time_shares(QuantizeWorkbench& workbench, const Candidate& candidate) {
  constexpr int runs = 5;
  if (!workbench.has_samples()) return {};
  const std::int64_t batch = std::max<std::int64_t>(1, fixed_batch(workbench.reference()));
  const std::unique_ptr<Samples> samples = workbench.compared_samples(batch);
  if (samples == nullptr || samples->count() < batch) return {};
  const ScratchModel scratch(candidate.made.model);
  std::vector<KernelTime> times;
  try {
    const std::vector<Tensor> inputs = samples->read(0, batch);
    times = kernel_times(scratch.path(), workbench.session_options(), views_of(inputs), runs);
  } catch (const Error& error) {
    throw scratch.renamed(error, workbench.options().output.path);
  }
  const std::vector<QuantizedLayer>& layers = candidate.made.layers;
  const KernelOwners owners(workbench.float_form(candidate.method).graph(), layers);
  double all = 0;
  std::map<std::string, double> shares;
  for (const QuantizedLayer& layer : layers) shares[layer.name] = 0;
  for (const KernelTime& time : times) {
    all += time.seconds;
    if (const int layer = owners.layer_of(time.node); layer >= 0) shares[layers[static_cast<std::size_t>(layer)].name] += time.seconds;
  }
  if (!(all > 0)) return {};
  for (auto& [layer, share] : shares) share /= all;
  return shares;
}

}  // namespace iai
