#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "formats/row_batch.hpp"

namespace iai {

/// A set of values as a contract writes them, and whether cells are among them: numbers, times and truth values by what they
/// mean, texts as written.
class AllowedValues {
 public:
  explicit AllowedValues(const std::vector<std::string>& values);
  /// The cell of `row`, which holds a value.
  bool holds(const ColumnCells& cells, std::size_t row);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  /// What was said of a short text: codes come again and again.
  struct Known {
    std::uint64_t bits = 0;
    std::size_t size = ~std::size_t{0};
    bool allowed = false;
  };
  bool holds_text(std::string_view text);

  std::unordered_set<std::string, Hash, std::equal_to<>> texts_;
  std::vector<double> numbers_;      // sorted
  std::vector<std::int64_t> times_;  // sorted
  bool truth_[2] = {false, false};
  std::array<Known, 256> known_;
};

}  // namespace iai
