#include "quantizer/prune/channel_map.hpp"

#include "quantizer/prune/channel_rules.hpp"

namespace iai {

ChannelMap::ChannelMap(const Model& model, const std::vector<std::string>& exclude) { ChannelRules(model, exclude, *this).follow(); }

int ChannelMap::root(int unit) const {
  int root = unit;
  while (parents_[static_cast<std::size_t>(root)] != root) root = parents_[static_cast<std::size_t>(root)];
  while (parents_[static_cast<std::size_t>(unit)] != root) {
    const int next = parents_[static_cast<std::size_t>(unit)];
    parents_[static_cast<std::size_t>(unit)] = root;
    unit = next;
  }
  return root;
}

const std::string* ChannelMap::pinned(int unit) const {
  const std::string& reason = reasons_[static_cast<std::size_t>(root(unit))];
  return reason.empty() ? nullptr : &reason;
}

ChannelMap::Units ChannelMap::make_units(std::int64_t count) {
  Units units;
  for (std::int64_t i = 0; i < count; ++i) {
    units.push_back(static_cast<int>(parents_.size()));
    parents_.push_back(units.back());
    reasons_.emplace_back();
  }
  return units;
}

void ChannelMap::unite(int a, int b) {
  a = root(a);
  b = root(b);
  if (a == b) return;
  if (b < a) std::swap(a, b);  // the earlier layer's unit stands for both
  parents_[static_cast<std::size_t>(b)] = a;
  auto& reason = reasons_[static_cast<std::size_t>(a)];
  if (reason.empty()) reason = reasons_[static_cast<std::size_t>(b)];
}

void ChannelMap::unite(const Units& a, const Units& b) {
  for (std::size_t i = 0; i < a.size(); ++i) unite(a[i], b[i]);
}

void ChannelMap::pin(const Units& units, const std::string& reason) {
  for (const int unit : units) {
    auto& known = reasons_[static_cast<std::size_t>(root(unit))];
    if (known.empty()) known = reason;
  }
}

void ChannelMap::slice(const std::string& tensor, int axis, const Units& units) {
  for (const Slice& known : slices) {
    if (known.tensor == tensor && known.axis == axis) return unite(known.units, units);
  }
  slices.push_back({tensor, axis, units});
}

}  // namespace iai
