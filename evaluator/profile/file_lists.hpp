#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "evaluator/data/state_stream.hpp"

namespace iai {

/// Puts `more` where its files belong; both are in the order of files.
template <class Item>
void merge_by_file(std::vector<Item>& items, const std::vector<Item>& more) {
  const auto middle = static_cast<std::ptrdiff_t>(items.size());
  items.insert(items.end(), more.begin(), more.end());
  std::inplace_merge(items.begin(), items.begin() + middle, items.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
}

/// A list of at most `most` items, each by `item`; memory is taken as they come.
template <class Item, class Each>
void transfer_list(std::vector<Item>& list, std::size_t most, StateStream& state, Each each) {
  const auto length = state.length(list.size(), most);
  if (state.is_reading()) list.clear();
  for (std::size_t i = 0; i < length; ++i) {
    if (state.is_reading()) list.emplace_back();
    each(list[i]);
  }
}

}  // namespace iai
