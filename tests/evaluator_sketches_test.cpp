#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "evaluator/contract/unique_keys.hpp"
#include "evaluator/data/counter_random.hpp"
#include "evaluator/data/exact_sum.hpp"
#include "evaluator/profile/sketches.hpp"
#include "evaluator/profile/value_counts.hpp"

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

TEST_CASE("counts of values are exact up to the limit, then near; merged parts are the whole") {
  ValueCounts few;
  for (std::uint64_t i = 0; i < 3000; ++i) few.add(i % 1000);
  CHECK(few.distinct() == 1000);
  CHECK(few.exact());
  CHECK(few.counts().size() == 1000);
  CHECK(few.counts()[0] == std::pair<std::uint64_t, std::int64_t>(0, 3));
  for (const std::uint64_t most : {std::uint64_t{2'000}, std::uint64_t{100'000}, std::uint64_t{3'000'000}}) {
    ValueCounts many, first, second;
    for (std::uint64_t i = 0; i < most; ++i) {
      const auto key = i % 10 == 0 ? 77 : hash_bits(i);
      many.add(key);
      (i < most / 3 ? first : second).add(key);
    }
    const auto distinct = static_cast<double>(most) * 0.9 + 1;
    CHECK_FALSE(many.exact());
    CHECK(std::abs(static_cast<double>(many.distinct()) - distinct) < 0.03 * distinct);
    REQUIRE(many.counts()[0].first == 77);
    CHECK(std::abs(many.counts()[0].second - static_cast<std::int64_t>(most / 10)) <= many.count_error());
    first.merge(second);
    CHECK(first.distinct() == many.distinct());
    CHECK(first.counts()[0].first == 77);
  }
  ValueCounts zero;
  zero.add(0);
  zero.add(0);
  CHECK(zero.distinct() == 1);
}

TEST_CASE("an exact sum knows no order") {
  const CounterRandom random(5);
  ExactSum forward, backward, left, right;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const double value = std::ldexp(random.normal(i), static_cast<int>(i % 1800) - 900),
                 mirrored = std::ldexp(random.normal(4999 - i), static_cast<int>((4999 - i) % 1800) - 900);
    forward.add(value);
    backward.add(mirrored);
    (i % 3 == 0 ? left : right).add(value);
  }
  left.merge(right);
  CHECK(forward.value() == backward.value());
  CHECK(forward.value() == left.value());
  CHECK(forward.limbs() == left.limbs());
  ExactSum sum;
  for (const double value : {1.0, 1e300, 3e-320, 1.0, -1e300}) sum.add(value);
  CHECK(sum.value() == 2);
  sum.add(-2);
  CHECK(sum.value() == 3e-320);
  sum.add(-1);
  CHECK(sum.value() == -1);
  ExactSum product;
  product.add_product(0.1, 0.1);
  product.add(-0.1 * 0.1);
  CHECK(product.value() == std::fma(0.1, 0.1, -(0.1 * 0.1)));
  sum.add(std::numeric_limits<double>::infinity());
  CHECK(std::isnan(sum.value()));
}

TEST_CASE("a centred sum keeps its digits beside any offset") {
  for (const double offset : {0.0, 1e9, -0x1p52, 1e-300, 1e150}) {
    const double unit = offset == 1e-300 ? 1e-310 : offset == 1e150 ? 0x1p450 : 1;
    ExactSum sum, squares, other, products;
    for (const double step : {1.0, 2.0, 3.0, 6.0}) {
      const double x = offset + step * unit;
      sum.add(x);
      squares.add_product(x, x);
      other.add(-step);
      products.add_product(x, -step);
    }
    const double scale = offset == 1e-300 ? 0 : 1;  // squares of so small numbers are below all doubles
    CHECK(centred_sum(squares, sum, sum, 4) == scale * 14 * unit * unit);
    if (offset != 1e-300) CHECK(centred_sum(products, sum, other, 4) == -14 * unit);
  }
  ExactSum infinite;
  infinite.add(std::numeric_limits<double>::infinity());
  CHECK(std::isnan(centred_sum(infinite, infinite, infinite, 2)));
}

TEST_CASE("quantiles of merged parts are those of the whole, within the bound") {
  const CounterRandom random(9);
  for (const std::uint64_t most : {std::uint64_t{1000}, std::uint64_t{40'000}, std::uint64_t{2'000'000}}) {
    std::vector<double> values;
    for (std::uint64_t i = 0; i < most; ++i) values.push_back(random.uniform(i) * random.uniform(i + most));
    Quantiles whole, first, second, weighted;
    whole.add(values);
    first.add(std::span(values).first(most / 4));
    second.add(std::span(values).subspan(most / 4));
    first.merge(second);
    for (const double value : values) weighted.add(value, 3);
    std::sort(values.begin(), values.end());
    for (auto* sketch : {&whole, &first, &weighted})
      for (const double rank : {0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999}) {
        const auto at = std::lower_bound(values.begin(), values.end(), sketch->at(rank)) - values.begin();
        CHECK(std::abs(static_cast<double>(at) / static_cast<double>(most) - rank) <= Quantiles::rank_error);
      }
    CHECK(whole.items().size() < 4000);
    CHECK(first.count() == most);
  }
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
