#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// One tensor of a file, as the file states it.
struct TensorEntry {
  std::string name;  ///< path in HDF5, variable in MATLAB; empty: the file's only tensor
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;                              ///< C order
  std::string unit;                                             ///< empty: not stated
  double sampling_rate_hz = 0;                                  ///< 0: not stated
  std::vector<std::string> channels;                            ///< names along the last axis; empty: all elements are of one kind
  std::vector<std::pair<std::string, std::string>> properties;  ///< what else the format states, by name
  std::int64_t rows() const { return shape.empty() ? 1 : shape[0]; }
};

/// What is wrong with a file that can be read all the same.
struct FileFault {
  std::string kind, text;
};

/// A file of tensors: WAV, HDF5, MATLAB.
class TensorFile {
 public:
  virtual ~TensorFile() = default;
  virtual std::string format() const = 0;  ///< "WAV", "HDF5", "MATLAB 5", "MATLAB 7.3"
  virtual const std::vector<TensorEntry>& tensors() const = 0;
  virtual const std::vector<FileFault>& faults() const = 0;
  /// The elements of one tensor in C order, block by block; a block holds whole items of the last axis where that has
  /// names. Integers beyond 2^53 are rounded.
  /// @throws Error(input) when they cannot be read.
  virtual void read(std::size_t tensor, const std::function<void(std::span<const double>)>& visit) = 0;
};

/// What reads a file that begins with `head`, by content.
enum class TensorFileKind { none, audio, hdf5, matlab };
TensorFileKind tensor_file_kind(std::string_view head);

/// Opens a file of a kind that is not none; memory is bounded whatever its headers declare.
/// @param name  used in errors
/// @throws Error(input) when it is damaged or holds what is never followed (links to other files), Error(environment) when
/// the module that reads it is missing.
std::unique_ptr<TensorFile> open_tensor_file(TensorFileKind kind, const std::filesystem::path& path, const std::string& name);

}  // namespace iai
