#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// An NPY file in a memory map: header checked (declared size against file size) before anything is allocated.
/// Versions 1 to 3, both byte orders, C and Fortran order, no pickled objects.
/// @source NumPy Enhancement Proposal 1 (NEP 1) and numpy.lib.format
class NpyFile {
 public:
  explicit NpyFile(const std::filesystem::path& path);
  ElementType type() const { return type_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  bool fortran_order() const { return fortran_order_; }
  bool big_endian() const { return big_endian_; }
  std::int64_t rows() const { return shape_.empty() ? 1 : shape_[0]; }
  /// Rows [first, first + count) along axis 0 in C order, little-endian. Copies only those rows when the file is in C order.
  Tensor read_rows(std::int64_t first, std::int64_t count) const;
  Tensor read() const;

 private:
  NpyFile(std::span<const std::byte> bytes, const std::string& name);
  void read_header(std::span<const std::byte> bytes, const std::string& name);
  friend Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name);
  std::filesystem::path path_;
  std::shared_ptr<const void> map_;
  std::span<const std::byte> data_;
  ElementType type_ = ElementType::undefined;
  std::vector<std::int64_t> shape_;
  bool fortran_order_ = false, big_endian_ = false;
};

/// One whole array from an .npy file; or from bytes already in memory (`name` is used in errors).
Tensor read_npy(const std::filesystem::path& path);
Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name);
}  // namespace iai
