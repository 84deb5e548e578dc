#include <doctest/doctest.h>

#include <cmath>
#include <thread>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/data/sketches.hpp"
#include "evaluator/data/unique_keys.hpp"

using namespace iai;

TEST_CASE("quantiles are exact for few values and near for many") {
  Quantiles few;
  CHECK(std::isnan(few.at(0.5)));
  for (int i = 100; i >= 1; --i) few.add(i);
  CHECK(few.at(0.0) == 1);
  CHECK(few.at(0.5) == 50);
  CHECK(few.at(1.0) == 100);
  Quantiles many;
  const CounterRandom random(7);
  for (std::uint64_t i = 0; i < 200'000; ++i) many.add(random.uniform(i));
  for (const double rank : {0.01, 0.25, 0.5, 0.75, 0.99}) CHECK(std::abs(many.at(rank) - rank) < 0.012);
}

TEST_CASE("quantiles do not depend on thread, run or other sketches") {
  const CounterRandom random(3);
  const auto median = [&](bool disturbed) {
    Quantiles sketch, other;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
      sketch.add(random.normal(i));
      if (disturbed) other.add(random.uniform(i));
    }
    return sketch.at(0.5);
  };
  const double first = median(false);
  CHECK(median(true) == first);
  double elsewhere = 0;
  std::thread([&] { elsewhere = median(false); }).join();
  CHECK(elsewhere == first);
}

TEST_CASE("distinct values are exact up to the limit and near beyond") {
  DistinctCount few;
  for (std::uint64_t i = 0; i < 3000; ++i) few.add(hash_bits(i % 1000));
  CHECK(few.count() == 1000);
  CHECK(few.exact());
  DistinctCount many;
  for (std::uint64_t i = 0; i < 100'000; ++i) many.add(hash_bits(i));
  CHECK_FALSE(many.exact());
  CHECK(std::abs(static_cast<double>(many.count()) - 100'000) < 3'000);
  DistinctCount zero;
  zero.add(0);
  zero.add(0);
  CHECK(zero.count() == 1);
}

TEST_CASE("a compensated sum keeps what plain addition loses") {
  CompensatedSum sum;
  double plain = 0;
  for (const double value : {1.0, 1e100, 1.0, -1e100}) {
    sum.add(value);
    plain += value;
  }
  CHECK(sum.value() == 2);
  CHECK(plain == 0);
}

TEST_CASE("repeated keys are found in memory and beyond it") {
  for (const std::size_t most : {std::size_t{1} << 20, std::size_t{100}}) {
    UniqueKeys keys(most);
    for (std::int64_t row = 1; row <= 5000; ++row) {
      UniqueKey key;
      // Rows 4001 to 5000 repeat the keys of 1 to 1000; 4001 is there a third time as row 5001.
      key.hash = hash128(std::to_string(row > 4000 ? row - 4000 : row));
      key.row = row;
      keys.add(key);
    }
    UniqueKey third;
    third.hash = hash128("1");
    third.row = 5001;
    keys.add(third);
    std::int64_t repeated = 0, wrong = 0;
    keys.for_each_repeated([&](const UniqueKey& first, const UniqueKey& again) {
      ++repeated;
      wrong += again.row == 5001 ? first.row != 1 : first.row != again.row - 4000;
    });
    CHECK(repeated == 1001);
    CHECK(wrong == 0);
  }
}
