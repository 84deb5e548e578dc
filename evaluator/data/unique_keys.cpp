#include "evaluator/data/unique_keys.hpp"

#include <optional>
#include <tuple>

namespace iai {

bool UniqueKeys::Before::operator()(const UniqueKey& a, const UniqueKey& b) const {
  return std::tie(a.hash, a.file, a.row) < std::tie(b.hash, b.file, b.row);
}

void UniqueKeys::for_each_repeated(const std::function<void(const UniqueKey&, const UniqueKey&)>& visit) {
  std::optional<UniqueKey> first;  // of the keys that are equal
  keys_.for_each([&](const UniqueKey& key) {
    if (first && first->hash == key.hash) visit(*first, key);
    else first = key;
  });
}

}  // namespace iai
