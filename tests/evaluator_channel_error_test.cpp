#include "evaluator/metrics/channel_error.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace iai;

namespace {

Tensor tensor(std::vector<std::int64_t> shape, std::vector<float> values) { return make_tensor<float>(std::move(shape), std::span<const float>(values)); }

ChannelError error_of(int axis, const Tensor& reference, const Tensor& candidate, std::optional<ChannelErrors::Bounds> bounds = std::nullopt) {
  ChannelErrors errors(axis, bounds);
  errors.add(reference.view(), candidate.view());
  return errors.error();
}

}  // namespace

TEST_CASE("what is lost is noise over variance, channel by channel") {
  // Channel 0: variance 4 about a mean of 100, noise 1; channel 1: all is lost; channel 2 is exact.
  const Tensor floats = tensor({2, 3}, {98, 1, 5, 102, -1, 7}), integers = tensor({2, 3}, {99, 0, 5, 101, 0, 7});
  const ChannelError error = error_of(-1, floats, integers);
  CHECK(error.lost_share == doctest::Approx((0.25 + 1 + 0) / 3));
  CHECK(error.sqnr_db == doctest::Approx(10 * std::log10((98.0 * 98 + 102 * 102 + 2 + 25 + 49) / 4)));
  CHECK(error.channels == 3);
  CHECK(error.constant_channels == 0);
  CHECK(error.minimum == -1);
  CHECK(error.maximum == 102);
  CHECK(error.largest_channel == 0);
  CHECK(error.largest == 102);
  CHECK(error.typical == 7);
}

TEST_CASE("channels lie along the axis, and those that never vary are counted, not judged") {
  const Tensor floats = tensor({1, 2, 2}, {3, 3, 1, 2});
  const ChannelError error = error_of(1, floats, tensor({1, 2, 2}, {4, 4, 1, 2}));
  CHECK(error.constant_channels == 1);
  CHECK(error.lost_share == 0);
  CHECK(error_of(1, floats, floats).cosine == 1);
  CHECK(std::isinf(error_of(1, floats, floats).sqnr_db));
  CHECK(error_of(5, floats, floats).channels == 1);  // no such axis
}

TEST_CASE("several runs add up, and a channel count that varies makes them one") {
  ChannelErrors errors(-1);
  errors.add(tensor({1, 2}, {0, 10}).view(), tensor({1, 2}, {1, 10}).view());
  errors.add(tensor({1, 2}, {4, 20}).view(), tensor({1, 2}, {3, 20}).view());
  CHECK(errors.error().lost_share == doctest::Approx(0.25 / 2));
  errors.add(tensor({1, 3}, {1, 2, 3}).view(), tensor({1, 3}, {1, 2, 3}).view());
  CHECK(errors.error().channels == 0);
}

TEST_CASE("what lies outside is counted, and what is not finite is lost") {
  const float infinite = std::numeric_limits<float>::infinity();
  CHECK(error_of(-1, tensor({4, 1}, {-2, 0, 1, 5}), tensor({4, 1}, {-1, 0, 1, 2}), ChannelErrors::Bounds{-1, 2}).outside_share == 0.5);
  const ChannelError broken = error_of(-1, tensor({2, 1}, {1, 2}), tensor({2, 1}, {1, infinite}));
  CHECK(broken.sqnr_db == -std::numeric_limits<double>::infinity());
  CHECK(broken.cosine == 0);
  CHECK(error_of(-1, tensor({0, 4}, {}), tensor({0, 4}, {})).channels == 0);
}
