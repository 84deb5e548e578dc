#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/graph/known_shapes.hpp"

namespace iai {

/// About how many bytes a run of `iai quantize` holds at most, from the shapes alone.
struct QuantizeMemory {
  std::uint64_t program = 0;      ///< the process without any model
  std::uint64_t weights = 0;      ///< all copies of them
  std::uint64_t histograms = 0;   ///< of the tensors that calibration watches
  std::uint64_t activations = 0;  ///< of the runs that are on their way at once
  std::uint64_t total() const { return program + weights + histograms + activations; }
};

/// As float32, of one sample; 0 where the shape is not known.
std::uint64_t bytes_of_tensor(const KnownShapes& shapes, const std::string& tensor);

/// With --dynamic or --ranges, where nothing runs.
QuantizeMemory memory_without_runs(std::uint64_t model_size);
/// @param observed  tensors that calibration watches
/// @param threads   runs at once; 0: all cores
QuantizeMemory memory_of_calibration(const Model& model, const std::vector<std::string>& observed, std::uint64_t model_size, int threads);

/// Splits `observed` so that calibration of each group stays within `limit` bytes. A tensor of unknown shape counts as nothing.
/// @param copies  of each tensor that are held at once
/// @throws Error(usage) when one tensor alone does not.
std::vector<std::vector<std::string>> groups_within(std::uint64_t limit, const Model& model, const std::vector<std::string>& observed, std::uint64_t model_size,
                                                    int threads, std::uint64_t copies = 1);

}  // namespace iai
