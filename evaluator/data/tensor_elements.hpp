#pragma once

#include <functional>
#include <string>
#include <vector>

#include "formats/npy.hpp"

namespace iai {

/// The elements of one NPY array as they stream by, in the order of the file, as doubles; memory for a megabyte of them.
class TensorElements {
 public:
  /// Reads the header. @throws Error(input) when it is no NPY array that is supported.
  TensorElements(ByteStream& stream, std::string name);
  const NpyHeader& header() const { return header_; }
  bool is_real() const;
  /// @throws Error(input) when the stream ends before the elements that the header declares, or goes on behind them.
  void for_each(const std::function<void(double)>& visit);

 private:
  ByteStream& stream_;
  std::string name_;
  std::vector<std::byte> head_;
  NpyHeader header_;
};

}  // namespace iai
