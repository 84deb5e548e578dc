#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "commands/returned.hpp"
#include "commands/transformation.hpp"
#include "formats/yaml.hpp"
#include "quantizer/quantize/bias_correction.hpp"
#include "quantizer/quantize/equalize.hpp"
#include "quantizer/quantize/tensor_range.hpp"

namespace iai {

/// What `iai quantize --ranges-out` writes and `--ranges` reads: all that calibration gave, so that the same model becomes
/// the same bytes on a machine with neither the data nor a runtime. The file: schemas/ranges.schema.json.
struct RangesFile {
  std::vector<std::string> model_sha256;  ///< the model, then its external data; empty: the ranges serve any model with these tensors
  std::vector<std::string> calibration;   ///< SHA-256 of the files that were watched, sorted
  bool random = false;                    ///< made-up inputs were watched
  std::int64_t samples = 0;               ///< so many were watched
  std::string method = "given";           ///< as --method names it; given: written by hand
  double percentile = 99.99;
  bool attention = true;             ///< products of two activations become integers too
  bool stored = false;               ///< weights of recurrent operators and tables of Gather as int8
  std::vector<std::string> exclude;  ///< patterns
  std::vector<std::string> int16;    ///< patterns of operators whose activations have 16 bits
  Returned returned;                 ///< operators that an accuracy limit sent to float, or to 16-bit activations
  std::map<std::string, TensorRange> tensors;
  ChannelExponents exponents;  ///< tensors whose channels are scaled first
  Biases biases;               ///< constants that take other values first
  Yaml document;               ///< as read, for errors
};

/// The file's text: tensors in the order of their names, numbers in the shortest form that reads back as the same.
std::string ranges_text(const RangesFile& file);

/// @throws Error(usage) "ranges.yaml:12:8: ..." where the file says what cannot be.
RangesFile read_ranges(const std::filesystem::path& path);

/// Do the ranges belong to this model? @throws Error(usage) when its digest is another.
void check_ranges_model(const RangesFile& file, const std::filesystem::path& path, const std::filesystem::path& model);
/// Does each tensor of the plan have one, and is each tensor that has one in the model? @throws Error(usage) naming the tensor.
void check_ranges_plan(const RangesFile& file, const std::filesystem::path& path, const QuantizationPlan& plan, const onnx::GraphProto& graph);

/// SHA-256 of the model and its data files.
std::vector<std::string> model_digests(const std::filesystem::path& model);
/// SHA-256 of what calibration reads, sorted.
std::vector<std::string> calibration_digests(const CalibrationSource& calibration);

}  // namespace iai
