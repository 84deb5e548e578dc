#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/archive.hpp"
#include "formats/tensor.hpp"

namespace iai {

/// What an NPY header says about the array behind it. @source NEP 1, numpy.lib.format
struct NpyHeader {
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;
  bool fortran_order = false, big_endian = false;
  std::size_t offset = 0;  ///< bytes before the data
  std::uint64_t data_bytes = 0;
};
/// @param start  the first bytes of the file. at least npy_header_bytes of them where the file has that many
/// @throws Error(input) when it is no NPY array, of a type or version that is not supported, or holds pickled objects.
NpyHeader parse_npy_header(std::span<const std::byte> start, const std::string& name);
/// How long the header is, from the first 12 bytes of the file.
std::size_t npy_header_bytes(std::span<const std::byte> start, const std::string& name);

/// An NPY file in a memory map: header checked (declared size against file size) before anything is allocated.
/// Versions 1 to 3, both byte orders, C and Fortran order, no pickled objects.
/// @source NumPy Enhancement Proposal 1 (NEP 1) and numpy.lib.format
class NpyFile {
 public:
  explicit NpyFile(const std::filesystem::path& path);
  ElementType type() const { return header_.type; }
  const std::vector<std::int64_t>& shape() const { return header_.shape; }
  bool fortran_order() const { return header_.fortran_order; }
  bool big_endian() const { return header_.big_endian; }
  std::int64_t rows() const { return shape().empty() ? 1 : shape()[0]; }
  /// Rows [first, first + count) along axis 0 in C order, little-endian. Copies only those rows when the file is in C order.
  Tensor read_rows(std::int64_t first, std::int64_t count) const;
  Tensor read() const;

 private:
  NpyFile(std::span<const std::byte> bytes, const std::string& name);
  void open(std::span<const std::byte> bytes, const std::string& name);
  friend Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name);
  std::filesystem::path path_;
  std::shared_ptr<const void> map_;
  std::span<const std::byte> data_;
  NpyHeader header_;
};

/// One whole array from an .npy file; or from bytes already in memory (`name` is used in errors).
Tensor read_npy(const std::filesystem::path& path);
Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name);

/// Writes `tensor` to `path` (formats/atomic_file) as NPY version 1, as numpy.save does.
/// @throws Error(input) for element types that NumPy lacks (bfloat16, string, packed types).
void write_npy(const std::filesystem::path& path, const TensorView& tensor);
/// The header that stands before the elements of such a file.
std::string npy_header(const TensorView& tensor);

/// The arrays of an NPZ archive (zip of .npy entries), in the order of the archive; names are the keys, without ".npy".
/// At most `max_bytes` of elements in all; an array takes memory only as its bytes arrive, whatever its header declares.
/// @throws Error(input) naming archive and entry: entries that are no NPY array, cut-off data, and all that
/// formats/archive refuses.
std::vector<NamedTensor> read_npz(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{16} << 30);
/// Reads one NPY array from a stream, to its end. `max_bytes` as above.
Tensor read_npy_stream(ByteStream& stream, const std::string& name, std::uint64_t max_bytes);

}  // namespace iai
