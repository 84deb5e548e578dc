#pragma once

#include <string>
#include <vector>

#include "formats/model.hpp"

namespace iai {

enum class PruneScope {
  layer,   ///< the same share of every layer
  global,  ///< the share of the whole: layers are compared with each other
};

struct SparseLayer {
  std::string node, tensor;
  std::int64_t elements = 0, zeros_before = 0, zeros_after = 0;
};

/// Sets the weights of smallest magnitude to zero: weights of Conv, ConvTranspose, Gemm and MatMul, float32, in place.
/// Exact: floor(share * elements) are zero afterwards, weights that were zero included; of equal magnitudes the earlier goes.
/// Memory: one tensor. @source Han, Pool, Tran, Dally, "Learning both Weights and Connections for Efficient Neural Networks" (2015), section 3
/// @param share    0 to 1
/// @param exclude  globs on node names and operator types
/// @throws Error(input) naming the tensor when a weight is NaN
std::vector<SparseLayer> sparsify(Model& model, double share, PruneScope scope, const std::vector<std::string>& exclude);

}  // namespace iai
