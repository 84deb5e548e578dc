#pragma once

#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/prune/moments.hpp"
#include "quantizer/prune/sparsity.hpp"

namespace iai {

/// Output channels of one layer.
struct PrunedLayer {
  std::string node, operation;
  std::int64_t channels_before = 0, channels_after = 0;
  std::vector<std::int64_t> removed;  ///< positions among the channels before
  std::string kept_because;           ///< why channels had to stay; empty where they did not
};

struct ChannelOptions {
  double share = 0;  ///< of the channels that may go, 0 to 1
  PruneScope scope = PruneScope::layer;
  std::vector<std::string> exclude;
};

/// Removes output channels of Conv, ConvTranspose, Gemm and MatMul, in place: the tensors become smaller. A channel is
/// followed through element-wise operators, BatchNormalization, pooling, Flatten, Reshape, Transpose, depthwise Conv, Concat ...
/// to every layer that reads it; channels that meet in an Add or a Mul go together or stay together. A channel that
/// reaches something else stays, and its layer is named with the reason. At least one channel of every layer stays.
///
/// Without moments, the channels that go are those whose filters have the smallest L2 norm, over all layers that make them;
/// with PruneScope::global norms are compared after division by the mean of the layers that go together.
/// @source Li et al., "Pruning Filters for Efficient ConvNets" (ICLR 2017), section 3.1 (there with the L1 norm)
///
/// With moments (of what watched_tensors() names), one channel after another goes, the one first that the layers reading it
/// miss least, and these make up for it (quantizer/prune/reconstruction.hpp).
/// @throws Error(input) naming the tensor when a weight is NaN
std::vector<PrunedLayer> prune_channels(Model& model, const ChannelOptions& options, const MomentsByTensor& moments = {});

/// The tensors whose moments prune_channels wants, each once.
std::vector<WatchedTensor> watched_tensors(const Model& model, const ChannelOptions& options);

}  // namespace iai
