#pragma once

#include <cstdint>
#include <functional>

#include "evaluator/data/external_sort.hpp"
#include "evaluator/profile/sketches.hpp"

namespace iai {

/// One row's key for a uniqueness rule, in a fixed size so that keys can be sorted outside of memory.
struct UniqueKey {
  Hash128 hash;            ///< of the whole key
  std::uint32_t file = 0;  ///< place in the order of reading
  std::uint32_t side = 0;  ///< of equal keys the one with the smallest side comes first, then the one read first
  std::int64_t row = 0, line = 0;
  std::uint64_t byte = 0;
  char text[40] = {};  ///< the beginning of the key, for the message; filled with zeros
};

/// Finds keys that occur twice, exactly (two keys count as equal when 128 bits of hash are), whatever their number: at
/// most `most_in_memory` keys stay in memory, the rest is sorted in a temporary file without a name.
class UniqueKeys {
 public:
  explicit UniqueKeys(std::size_t most_in_memory = std::size_t{1} << 19) : keys_(most_in_memory) {}
  void add(const UniqueKey& key) { keys_.add(key); }
  /// Every key, with the first that is equal (itself, where it is the first), by hash, side and place. Ends the work.
  /// @throws Error(environment) when the temporary file cannot be written.
  void for_each(const std::function<void(const UniqueKey& first, const UniqueKey& key)>& visit);
  /// Every key that was there before, with the first that is equal, by hash and place. Ends the work.
  /// @throws Error(environment) when the temporary file cannot be written.
  void for_each_repeated(const std::function<void(const UniqueKey& first, const UniqueKey& again)>& visit);

 private:
  struct Before {
    bool operator()(const UniqueKey& a, const UniqueKey& b) const;
  };
  ExternalSort<UniqueKey, Before> keys_;
};

}  // namespace iai
