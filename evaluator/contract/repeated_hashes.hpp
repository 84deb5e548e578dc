#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluator/data/temporary_file.hpp"

namespace iai {

/// Finds the 64-bit hashes that occur more than once, whatever their number: 8 bytes of memory each, at most
/// `most_in_memory` of them, the rest in a temporary file without a name.
class RepeatedHashes {
 public:
  explicit RepeatedHashes(std::size_t most_in_memory = std::size_t{1} << 21) : most_in_memory_(most_in_memory) {}
  /// @throws Error(environment) when the temporary file cannot be written.
  void add(std::span<const std::uint64_t> hashes);
  /// Ascending, each once. Ends the work. @throws Error(environment) when the temporary file cannot be read.
  std::vector<std::uint64_t> repeated();

 private:
  struct Segment {
    std::uint64_t first = 0;  // place in the file
    std::size_t count = 0;
  };
  void spill();
  void load(std::size_t part);
  static void find_repeated(const std::vector<std::uint64_t>& hashes, std::vector<std::uint64_t>& found);

  static constexpr std::size_t parts = 256;  // by the highest byte
  std::size_t most_in_memory_, in_memory_ = 0;
  std::array<std::vector<std::uint64_t>, parts> hashes_;
  TemporaryFile<std::uint64_t> file_{"keys are kept in"};
  std::array<std::vector<Segment>, parts> segments_;
};

}  // namespace iai
