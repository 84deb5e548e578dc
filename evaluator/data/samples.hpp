#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "formats/npy.hpp"
#include "formats/tensor.hpp"

namespace iai {

/// Model inputs, sample by sample along axis 0, read only as far as asked for.
class Samples {
 public:
  virtual ~Samples() = default;
  virtual std::int64_t count() const = 0;
  /// One tensor for each model input in the order asked for at opening, rows [first, first + n).
  virtual std::vector<Tensor> read(std::int64_t first, std::int64_t n) const = 0;
};

/// Name, type and shape that a model wants (evaluator/runtime/session.hpp gives them); samples are matched to these.
struct WantedInput {
  std::string name;
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;  ///< axis 0 is the batch; -1 dynamic
};

/// Samples from NPY files, NPZ archives or folders of them (sorted by name), for `--calibration`.
/// One input: any array fits. Several inputs: NPZ keys or file names must be the inputs' names.
/// @throws Error(input) naming file and input when type, shape or count do not fit, or a value is NaN or infinite.
std::unique_ptr<Samples> open_samples(const std::vector<std::filesystem::path>& paths, const std::vector<WantedInput>& wanted);

/// Deterministic samples for models without data: a counter-based generator, seeded by input name. Floats are
/// standard normal, integers 0 or 1.
std::unique_ptr<Samples> seeded_samples(const std::vector<WantedInput>& wanted, std::int64_t count, std::uint64_t seed);

}  // namespace iai
