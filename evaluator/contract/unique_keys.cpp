#include "evaluator/contract/unique_keys.hpp"

#include <optional>
#include <tuple>

namespace iai {

bool UniqueKeys::Before::operator()(const UniqueKey& a, const UniqueKey& b) const {
  return std::tie(a.hash, a.side, a.file, a.row) < std::tie(b.hash, b.side, b.file, b.row);
}

void UniqueKeys::for_each(const std::function<void(const UniqueKey&, const UniqueKey&)>& visit) {
  std::optional<UniqueKey> first;  // of the keys that are equal
  keys_.for_each([&](const UniqueKey& key) {
    if (!first || first->hash != key.hash) first = key;
    visit(*first, key);
  });
}

void UniqueKeys::for_each_repeated(const std::function<void(const UniqueKey&, const UniqueKey&)>& visit) {
  for_each([&](const UniqueKey& first, const UniqueKey& key) {
    const bool is_first = first.file == key.file && first.row == key.row;
    if (!is_first) visit(first, key);
  });
}

}  // namespace iai
