#pragma once

#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace iai {

/// The bytes of one top-level element of a MAT-file, as they lie or inflated on the way.
class MatStream {
 public:
  enum class Packing { none, deflate };
  /// @param begin, bytes  where the element's content lies in the file
  MatStream(std::ifstream& file, std::uint64_t begin, std::uint64_t bytes, Packing packing);
  ~MatStream();
  MatStream(const MatStream&) = delete;
  MatStream& operator=(const MatStream&) = delete;
  /// @returns bytes read: less than `size` at the end, or where the data are damaged
  std::size_t read(void* to, std::size_t size);
  /// @returns false when the end comes before
  bool skip(std::uint64_t bytes);
  std::uint64_t position() const { return position_; }  ///< bytes that came out

 private:
  std::size_t read_raw(void* to, std::size_t size);
  std::ifstream& file_;
  std::uint64_t at_, left_, position_ = 0;
  Packing packing_;
  z_stream inflate_{};
  std::vector<unsigned char> input_;
  bool ended_ = false;
};

}  // namespace iai
