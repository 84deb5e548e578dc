#include <doctest/doctest.h>

#include <map>
#include <random>

#include "evaluator/contract/repeated_hashes.hpp"

using namespace iai;

TEST_CASE("repeated hashes are found, in memory and through the file") {
  for (const std::size_t most : {std::size_t{1} << 20, std::size_t{1000}, std::size_t{1}}) {
    std::mt19937_64 random(5);
    std::map<std::uint64_t, int> counts;
    RepeatedHashes hashes(most);
    for (int i = 0; i < 20'000; ++i) {
      // Whole, from a small set, in one part, zero: tables fill up and parts stay empty.
      const std::uint64_t drawn = i % 4 == 0      ? random()
                                  : i % 4 == 1    ? (random() % 3000) * 0x9E37'79B9'7F4A'7C15u
                                  : i % 4 == 2    ? random() % 9000
                                  : i % 1000 == 3 ? 0
                                                  : ~random();
      ++counts[drawn];
      hashes.add({&drawn, 1});
    }
    std::vector<std::uint64_t> wanted;
    for (const auto& [hash, count] : counts)
      if (count > 1) wanted.push_back(hash);
    CHECK(wanted.size() > 1000);
    CHECK(hashes.repeated() == wanted);
  }
  CHECK(RepeatedHashes().repeated().empty());
}
