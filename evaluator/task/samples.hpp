#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// Where a sample lies, for people who look for it.
struct SampleOrigin {
  std::string file;      ///< the array's file, or the table within the data; empty: made here
  std::int64_t row = 0;  ///< array: place along axis 0, from 0; table: line of the row, of a window's last row, from 1
  std::string unit;      ///< windows: key of the unit
};

/// Model inputs, sample by sample along axis 0, read only as far as asked for. read() may be called from several threads.
class Samples {
 public:
  virtual ~Samples() = default;
  virtual std::int64_t count() const = 0;
  /// One tensor for each model input in the order asked for at opening, rows [first, first + n).
  /// @throws Error(input) when a value is NaN or infinite, naming file and sample.
  virtual std::vector<Tensor> read(std::int64_t first, std::int64_t n) const = 0;
  virtual SampleOrigin origin(std::int64_t) const { return {}; }
};

/// Name, type and shape that a model wants (evaluator/runtime/session.hpp gives them); samples are matched to these.
struct WantedInput {
  std::string name;
  ElementType type = ElementType::undefined;  ///< undefined: any
  std::vector<std::int64_t> shape;            ///< axis 0 is the batch, whose size does not matter here; -1 dynamic; empty: any shape
};

enum class FileOrder {
  sorted,    ///< by name, so that the order of the arguments does not matter
  as_given,  ///< the paths as given; inside a folder by name
};

/// Rows of each input that make one sample: 1, unless the model has no batch, that is, its inputs have fixed sizes along axis 0 that
/// differ (weights given as inputs, masks): then all rows that an input takes.
std::vector<std::int64_t> rows_of_one_sample(const std::vector<WantedInput>& wanted);

/// Samples from NPY files, NPZ archives or folders of them, for `--calibration`. Arrays that belong to one input follow
/// each other along axis 0. An array that lacks axis 0 is one sample. Floating-point types are converted into each other
/// and so are integers (evaluator/data/cast.hpp).
/// One input: any array fits. Several inputs: NPZ keys or file names must be the inputs' names.
/// @throws Error(input) naming file and input when type, shape or count do not fit.
std::unique_ptr<Samples> open_samples(const std::vector<std::filesystem::path>& paths, const std::vector<WantedInput>& wanted,
                                      FileOrder order = FileOrder::sorted);

struct SeededValues {
  std::int64_t dynamic_size = 16;                   ///< of dynamic dimensions other than the batch
  std::map<std::string, std::int64_t> bounds = {};  ///< integer input -> its values are below; 2 where none is named
};
/// Deterministic samples for models without data: a counter-based generator, seeded by input name. Floats are
/// standard normal, integers lie in [0, bound), booleans are 0 or 1.
std::unique_ptr<Samples> seeded_samples(const std::vector<WantedInput>& wanted, std::int64_t count, std::uint64_t seed, const SeededValues& values = {});

/// The same samples; they stay the owner's.
std::unique_ptr<Samples> borrow_samples(const Samples& samples);

/// The samples `rows` of `source`, in that order.
std::unique_ptr<Samples> select_samples(std::unique_ptr<Samples> source, std::vector<std::int64_t> rows);

/// Indices of all samples in an order that their contents alone decide (by a 64-bit hash): whatever the order of the files
/// and of the samples in them, the same samples come in the same order. Reads all of them.
std::vector<std::int64_t> order_by_content(const Samples& samples);

/// At most `limit` samples, spread evenly over `source` (limit 0: all).
std::unique_ptr<Samples> limit_samples(std::unique_ptr<Samples> source, std::int64_t limit);

}  // namespace iai
