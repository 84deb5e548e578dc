#include "evaluator/profile/value_counts.hpp"

#include <algorithm>
#include <cmath>

#include "evaluator/data/state_stream.hpp"

namespace iai {
namespace {

bool more_frequent(const std::pair<std::uint64_t, std::int64_t>& a, const std::pair<std::uint64_t, std::int64_t>& b) {
  return a.second != b.second ? a.second > b.second : a.first < b.first;
}

}  // namespace

void FrequentValues::add(std::uint64_t key, std::int64_t times) {
  if (slots_.empty()) slots_.resize(slots);
  std::size_t at = hash_bits(key) & (slots - 1);
  while (slots_[at].count != 0 && slots_[at].key != key) at = (at + 1) & (slots - 1);
  used_ += slots_[at].count == 0 ? 1 : 0;
  slots_[at] = {key, slots_[at].count + times};
  if (used_ > most) clear_half();
}

/// Takes the median count off every value; those that come to nothing leave.
void FrequentValues::clear_half() {
  std::vector<Slot> kept;
  kept.reserve(used_);
  for (const auto& slot : slots_)
    if (slot.count != 0) kept.push_back(slot);
  const auto middle = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2);
  std::nth_element(kept.begin(), middle, kept.end(), [](const Slot& a, const Slot& b) { return a.count < b.count; });
  const auto median = middle->count;
  error_ += median;
  std::fill(slots_.begin(), slots_.end(), Slot{});
  used_ = 0;
  for (const auto& slot : kept) {
    if (slot.count <= median) continue;
    std::size_t at = hash_bits(slot.key) & (slots - 1);
    while (slots_[at].count != 0) at = (at + 1) & (slots - 1);
    slots_[at] = {slot.key, slot.count - median};
    ++used_;
  }
}

void FrequentValues::merge(const FrequentValues& other) {
  error_ += other.error_;
  for (const auto& [key, count] : other.counts()) add(key, count);
}

std::vector<std::pair<std::uint64_t, std::int64_t>> FrequentValues::counts() const {
  std::vector<std::pair<std::uint64_t, std::int64_t>> counts;
  for (const auto& slot : slots_)
    if (slot.count != 0) counts.emplace_back(slot.key, slot.count);
  std::sort(counts.begin(), counts.end(), more_frequent);
  return counts;
}

namespace {

/// A list of keys with their counts, as counts() gives it.
std::vector<std::pair<std::uint64_t, std::int64_t>> transfer_counts(std::vector<std::pair<std::uint64_t, std::int64_t>> counts, std::size_t most,
                                                                    StateStream& state) {
  const auto length = state.length(counts.size(), most);
  if (state.is_reading()) counts.clear();  // and taken as it comes, no room before
  for (std::size_t i = 0; i < length; ++i) {
    if (state.is_reading()) counts.emplace_back();
    state.word(counts[i].first);
    state.count(counts[i].second);
    counts[i].second = std::max<std::int64_t>(1, counts[i].second);
  }
  return counts;
}

}  // namespace

void FrequentValues::transfer(StateStream& state) {
  state.count(error_);
  const auto known = transfer_counts(counts(), most, state);
  if (state.is_reading())
    for (const auto& [key, count] : known) add(key, count);
}

void ValueCounts::grow() {
  const std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.empty() ? 64 : old.size() * 2, {});
  shift_ = old.empty() ? 58 : shift_ - 1;
  for (const auto& slot : old)
    if (slot.count != 0) find(slot.key) = slot;
}

std::size_t ValueCounts::add_exact(std::span<const std::uint64_t> keys) {
  constexpr std::size_t group = 32;
  for (std::size_t begin = 0; begin < keys.size(); begin += group) {
    const std::size_t end = std::min(keys.size(), begin + group);
    while (std::min(used_ + group, most_exact_) * 2 > slots_.size()) grow();
    // The table is larger than the nearest cache: ask for a group of slots before they are needed.
    for (std::size_t i = begin; i < end; ++i) __builtin_prefetch(&slots_[slot_of(keys[i])], 1);
    for (std::size_t i = begin; i < end; ++i) {
      auto& slot = find(keys[i]);
      if (slot.count == 0) {
        if (used_ == most_exact_) return i;
        slot.key = keys[i];
        ++used_;
      }
      ++slot.count;
    }
  }
  return keys.size();
}

bool ValueCounts::add(std::uint64_t key) {
  const auto known = used_;
  if (!sketched_ && add_exact(std::span(&key, 1)) == 1) return used_ != known;
  if (!sketched_) give_up();
  add_sketched(std::span(&key, 1));
  return false;
}

void ValueCounts::give_up() {
  sketched_ = true;
  hashes_.emplace();
  std::vector<std::pair<std::uint64_t, std::int64_t>> known;
  for (const auto& slot : slots_) {
    if (slot.count == 0) continue;
    hashes_->add(hash_bits(slot.key));
    known.emplace_back(slot.key, slot.count);
  }
  std::sort(known.begin(), known.end(), more_frequent);
  for (const auto& [key, count] : known) frequent_.add(key, count);
  std::vector<Slot>().swap(slots_);
  used_ = 0;
}

void ValueCounts::add_sketched(std::span<const std::uint64_t> keys) {
  auto& hashes = *hashes_;
  for (const auto key : keys) hashes.add(hash_bits(key));
  // One key of each block stands for all of it.
  for (std::size_t at = 0; at < keys.size();) {
    const std::uint64_t drawn = hash_bits(~blocks_) & (sampling - 1);
    const auto taken = std::min<std::uint64_t>(sampling - place_, keys.size() - at);
    if (drawn >= place_ && drawn < place_ + taken) frequent_.add(keys[at + (drawn - place_)], sampling);
    at += taken;
    place_ = (place_ + taken) & (sampling - 1);
    blocks_ += place_ == 0 ? 1 : 0;
  }
  sampled_ += static_cast<std::int64_t>(keys.size());
}

void ValueCounts::merge(const ValueCounts& other) {
  if (!other.sketched_) {
    for (const auto& [key, count] : other.counts()) {
      if (!sketched_) {
        if ((used_ + 1) * 2 > slots_.size()) grow();
        auto& slot = find(key);
        if (slot.count != 0 || used_ < most_exact_) {
          used_ += slot.count == 0 ? 1 : 0;
          slot = {key, slot.count + count};
          continue;
        }
        give_up();
      }
      hashes_->add(hash_bits(key));
      frequent_.add(key, count);
    }
    return;
  }
  if (!sketched_) give_up();
  hashes_->merge(*other.hashes_);
  frequent_.merge(other.frequent_);
  sampled_ += other.sampled_;
}

bool ValueCounts::fits(const ValueCounts& other) const {
  if (sketched_ || other.sketched_) return false;
  std::size_t together = used_;
  for (const auto& slot : other.slots_)
    if (slot.count != 0 && (slots_.empty() || slots_[place_of(slot.key)].count == 0)) ++together;
  return together <= most_exact_;
}

void ValueCounts::transfer(StateStream& state) {
  state.flag(sketched_);
  if (!sketched_) {
    const auto known = transfer_counts(state.is_reading() ? std::vector<std::pair<std::uint64_t, std::int64_t>>() : counts(), most_exact_, state);
    if (!state.is_reading()) return;
    for (const auto& [key, count] : known) {
      while ((used_ + 1) * 2 > slots_.size()) grow();
      auto& slot = find(key);
      used_ += slot.count == 0 ? 1 : 0;
      slot = {key, slot.count + count};
    }
    return;
  }
  if (!hashes_) hashes_.emplace();
  hashes_->transfer(state);
  frequent_.transfer(state);
  state.count(sampled_);
}

std::int64_t ValueCounts::distinct() const { return sketched_ ? std::llround(hashes_->estimate()) : static_cast<std::int64_t>(used_); }

std::vector<std::pair<std::uint64_t, std::int64_t>> ValueCounts::counts() const {
  if (sketched_) return frequent_.counts();
  std::vector<std::pair<std::uint64_t, std::int64_t>> counts;
  for (const auto& slot : slots_)
    if (slot.count != 0) counts.emplace_back(slot.key, slot.count);
  std::sort(counts.begin(), counts.end(), more_frequent);
  return counts;
}

std::int64_t ValueCounts::count_error() const {
  if (!sketched_) return 0;
  // Of n values one in w is looked at: the variance of a count is at most n (w - 1) / 4. 2.58 deviations hold 99 %.
  const double deviation = std::sqrt(static_cast<double>(sampled_) * static_cast<double>(sampling - 1) / 4);
  return frequent_.error() + std::llround(2.58 * deviation);
}

}  // namespace iai
