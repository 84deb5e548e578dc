#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace iai {

/// Cosines of vectors with all others, a few rows of the matrix at a time.
class Similarities {
 public:
  static constexpr std::size_t rows = 16;  ///< computed together

  /// @param vectors  [count, size]; one of zeros is as near to all
  Similarities(std::span<const float> vectors, std::size_t count);
  std::size_t count() const { return count_; }
  /// Numbers that compute() writes for each row: count(), filled up.
  std::size_t stride() const { return blocks_ * lanes; }
  /// Rows [first, first + rows) of the matrix, those there are, into `out`: [rows, stride()]. Each is a sum in double over the numbers of the two vectors in
  /// their order, so that it does not depend on the machine's registers, nor on the row it is computed in.
  void compute(std::size_t first, std::span<double> out) const;

 private:
  static constexpr std::size_t lanes = 8;
  std::size_t count_, size_, blocks_;
  std::vector<double> unit_;    // [count filled up to rows, number]
  std::vector<double> packed_;  // [block, number, lane]
};

}  // namespace iai
