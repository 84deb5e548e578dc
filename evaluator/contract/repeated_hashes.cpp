#include "evaluator/contract/repeated_hashes.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace iai {

void RepeatedHashes::add(std::span<const std::uint64_t> hashes) {
  for (const auto hash : hashes) hashes_[hash >> 56].push_back(hash);
  in_memory_ += hashes.size();
  if (in_memory_ >= most_in_memory_) spill();
}

void RepeatedHashes::spill() {
  for (std::size_t part = 0; part < parts; ++part) {
    auto& hashes = hashes_[part];
    if (hashes.empty()) continue;
    segments_[part].push_back({file_.append(hashes), hashes.size()});
    hashes.clear();
  }
  in_memory_ = 0;
}

/// Appends what the file holds of a part to what is in memory.
void RepeatedHashes::load(std::size_t part) {
  auto& hashes = hashes_[part];
  for (const auto& segment : segments_[part]) {
    const auto before = hashes.size();
    hashes.resize(before + segment.count);
    file_.read(segment.first, std::span(hashes).subspan(before));
  }
}

/// An open table twice the size of the part, which is small enough for the processor's cache.
void RepeatedHashes::find_repeated(const std::vector<std::uint64_t>& hashes, std::vector<std::uint64_t>& found) {
  std::vector<std::uint64_t> table(std::bit_ceil(hashes.size() * 2 + 1));
  const std::size_t mask = table.size() - 1;
  bool zero = false;  // marks an empty place, so it is looked after apart
  const auto first = static_cast<std::ptrdiff_t>(found.size());
  for (const auto hash : hashes) {
    std::size_t at = hash & mask;
    while (table[at] != 0 && table[at] != hash) at = (at + 1) & mask;
    const bool known = hash == 0 ? std::exchange(zero, true) : table[at] == hash;
    if (known) found.push_back(hash);
    else table[at] = hash;
  }
  std::sort(found.begin() + first, found.end());
  found.erase(std::unique(found.begin() + first, found.end()), found.end());
}

std::vector<std::uint64_t> RepeatedHashes::repeated() {
  std::vector<std::uint64_t> found;
  for (std::size_t part = 0; part < parts; ++part) {
    load(part);
    find_repeated(hashes_[part], found);
    std::vector<std::uint64_t>().swap(hashes_[part]);
    segments_[part].clear();
  }
  file_.clear();
  in_memory_ = 0;
  return found;
}

}  // namespace iai
