#include "quantizer/prune/sparsity.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <set>

#include "formats/error.hpp"
#include "quantizer/graph/node_names.hpp"

namespace iai {

namespace {

/// Bits of the magnitude: they order as the magnitudes do.
std::uint32_t magnitude(float value) { return std::bit_cast<std::uint32_t>(value) & 0x7fffffffu; }

std::vector<float> weights_of(const Model& model, const std::string& tensor) { return to_floats(*model.initializer(tensor)); }

/// The `count`-th smallest magnitude of several tensors, found by two histograms of 16 bits so that no tensor is held.
struct Threshold {
  std::uint32_t bits = 0;          ///< everything below goes
  std::int64_t equal_allowed = 0;  ///< and so many of those that equal it
};
Threshold find_threshold(const Model& model, const std::vector<SparseLayer>& layers, std::int64_t count) {
  Threshold threshold;
  for (int level = 0; level < 2; ++level) {
    std::vector<std::int64_t> histogram(1 << 16, 0);
    for (const SparseLayer& layer : layers) {
      for (const float value : weights_of(model, layer.tensor)) {
        const std::uint32_t bits = magnitude(value);
        if (level == 0) ++histogram[bits >> 16];
        else if (bits >> 16 == threshold.bits >> 16) ++histogram[bits & 0xffffu];
      }
    }
    std::uint32_t bin = 0;
    while (bin < 0xffffu && count >= histogram[bin]) count -= histogram[bin++];
    threshold.bits |= level == 0 ? bin << 16 : bin;
  }
  threshold.equal_allowed = count;
  return threshold;
}

void apply(Model& model, std::vector<SparseLayer>& layers, Threshold threshold) {
  for (SparseLayer& layer : layers) {
    std::vector<float> values = weights_of(model, layer.tensor);
    for (float& value : values) {
      const std::uint32_t bits = magnitude(value);
      if (bits > threshold.bits || (bits == threshold.bits && threshold.equal_allowed == 0)) continue;
      if (bits == threshold.bits) --threshold.equal_allowed;
      value = 0;
    }
    layer.zeros_after = std::count(values.begin(), values.end(), 0.0f);
    model.set_initializer(layer.tensor, make_tensor<float>(model.initializer(layer.tensor)->shape, values));
  }
}

std::vector<SparseLayer> find_layers(const Model& model, const std::vector<std::string>& exclude) {
  static const std::set<std::string> types{"Conv", "ConvTranspose", "Gemm", "MatMul"};
  std::vector<SparseLayer> layers;
  std::set<std::string> seen;
  for (const auto& node : model.graph().node()) {
    if (types.count(node.op_type()) == 0 || node.input_size() < 2 || matches_any(exclude, node)) continue;
    for (int i = 0; i < 2; ++i) {
      const auto tensor = model.initializer(node.input(i));
      if (!tensor || tensor->type != ElementType::float32 || tensor->shape.size() < 2 || !seen.insert(node.input(i)).second) continue;
      SparseLayer layer{node_title(node), node.input(i)};
      const std::vector<float> values = to_floats(*tensor);
      if (std::any_of(values.begin(), values.end(), [](float value) { return std::isnan(value); }))
        throw Error(ErrorKind::input, "tensor '" + node.input(i) + "' holds NaN", "the training diverged, or the file is damaged; export the model again");
      layer.elements = static_cast<std::int64_t>(values.size());
      layer.zeros_before = std::count(values.begin(), values.end(), 0.0f);
      layers.push_back(std::move(layer));
    }
  }
  return layers;
}

}  // namespace

std::vector<SparseLayer> sparsify(Model& model, double share, PruneScope scope, const std::vector<std::string>& exclude) {
  std::vector<SparseLayer> layers = find_layers(model, exclude);
  const auto removed = [&](std::int64_t elements) { return static_cast<std::int64_t>(std::floor(share * static_cast<double>(elements) + 1e-9)); };
  if (scope == PruneScope::global) {
    std::int64_t elements = 0;
    for (const SparseLayer& layer : layers) elements += layer.elements;
    apply(model, layers, find_threshold(model, layers, removed(elements)));
    return layers;
  }
  for (SparseLayer& layer : layers) {
    std::vector<SparseLayer> one{layer};
    apply(model, one, find_threshold(model, one, removed(layer.elements)));
    layer = one[0];
  }
  return layers;
}

}  // namespace iai
