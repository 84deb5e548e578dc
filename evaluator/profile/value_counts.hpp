#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "evaluator/profile/sketches.hpp"

namespace iai {

/// Values that come often in a stream, in bounded memory: a value with more than `error()` occurrences is among them, and
/// its count is too low by at most that.
/// @source Misra, Gries, "Finding Repeated Elements" (1982); Anderson et al., "A High-Performance Algorithm for Identifying
/// Frequent Items in Data Streams" (IMC 2017) for the clearing by the median
class FrequentValues {
 public:
  void add(std::uint64_t key, std::int64_t times);
  void merge(const FrequentValues& other);
  std::int64_t error() const { return error_; }
  /// Keys with their counts, the most frequent first, then by key.
  std::vector<std::pair<std::uint64_t, std::int64_t>> counts() const;
  void transfer(StateStream& state);

 private:
  static constexpr std::size_t slots = 2048, most = 1024;
  struct Slot {
    std::uint64_t key = 0;
    std::int64_t count = 0;
  };
  void clear_half();
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::int64_t error_ = 0;
};

/// How often each value of a column comes, by 64-bit keys that name values: exact up to a limit of different values; then
/// their number by DistinctSketch and the most frequent by FrequentValues over a sample of one in `sampling`.
class ValueCounts {
 public:
  static constexpr std::uint64_t sampling = 8;
  /// @param most_exact  up to so many different values are counted exactly, 32 to 64 bytes each
  explicit ValueCounts(std::size_t most_exact = 1024) : most_exact_(most_exact) {}

  /// Adds keys in order up to the first that would be one value too many. @returns how many were added. Only while exact.
  std::size_t add_exact(std::span<const std::uint64_t> keys);
  /// One key, exact or not. @returns true when it was not known before and counts are exact.
  bool add(std::uint64_t key);
  /// No longer exact: what is known goes into sketches.
  void give_up();
  /// Keys in order, when no longer exact.
  void add_sketched(std::span<const std::uint64_t> keys);
  /// Exact as long as both are and their values together are not too many.
  void merge(const ValueCounts& other);
  /// Can the values of both be counted exactly?
  bool fits(const ValueCounts& other) const;
  void transfer(StateStream& state);

  bool exact() const { return !sketched_; }
  std::int64_t distinct() const;
  /// Exact: all keys. Else the frequent ones. The most frequent first, then by key.
  std::vector<std::pair<std::uint64_t, std::int64_t>> counts() const;
  /// What the counts may lack, with 99 % confidence; 0 when exact.
  std::int64_t count_error() const;

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::int64_t count = 0;
  };
  std::size_t slot_of(std::uint64_t key) const { return (key * 0x9E37'79B9'7F4A'7C15) >> shift_; }
  /// The slot of `key`, or the free one where it belongs.
  Slot& find(std::uint64_t key) { return slots_[place_of(key)]; }
  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = slot_of(key);
    while (slots_[at].count != 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void grow();

  bool sketched_ = false;
  std::vector<Slot> slots_;  // open addressing; count 0 is free
  std::size_t used_ = 0, most_exact_;
  int shift_ = 64;
  std::optional<DistinctSketch> hashes_;
  FrequentValues frequent_;
  std::int64_t sampled_ = 0;  // values that the sample stands for
  std::uint64_t place_ = 0;   // in the block of `sampling` keys
  std::uint64_t blocks_ = 0;
};

}  // namespace iai
