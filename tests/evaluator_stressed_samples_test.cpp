#include "evaluator/task/stressed_samples.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

namespace {

/// 50 samples of two channels with ten moments: channel 0 about 5 +- 2, channel 1 about -100 +- 30.
class TwoChannels : public Samples {
 public:
  std::int64_t count() const override { return 50; }
  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<float> values;
    for (std::int64_t i = first; i < first + n; ++i) {
      for (int channel = 0; channel < 2; ++channel) {
        for (int t = 0; t < 10; ++t) {
          const auto wave = std::sin(static_cast<double>(i * 10 + t) * 0.7 + channel);
          values.push_back(static_cast<float>(channel == 0 ? 5 + 2 * wave : -100 + 30 * wave));
        }
      }
    }
    return {make_tensor<float>({n, 2, 10}, values), make_tensor<std::int64_t>({n}, std::vector<std::int64_t>(static_cast<std::size_t>(n), 7))};
  }
};

const std::vector<WantedInput> wanted{{"x", ElementType::float32, {-1, 2, 10}}, {"id", ElementType::int64, {-1}}};

std::vector<double> values_of(const Samples& samples, std::int64_t first, std::int64_t n) { return to_doubles(samples.read(first, n)[0].view()); }

std::vector<double> stressed(StressKind kind, double strength, std::int64_t first = 0, std::int64_t n = 50) {
  const TwoChannels samples;
  const std::vector<ChannelScale> scales = measure_channels(samples, TaskSplit{}, wanted);
  return values_of(*stressed_samples(samples, scales, {kind, strength}), first, n);
}

}  // namespace

TEST_CASE("stress: channels are measured, integers are left alone") {
  const TwoChannels samples;
  const std::vector<ChannelScale> scales = measure_channels(samples, TaskSplit{}, wanted);
  REQUIRE(scales.size() == 2);
  CHECK(scales[0].mean[0] == doctest::Approx(5).epsilon(0.01));
  CHECK(scales[0].deviation[1] == doctest::Approx(30 / std::sqrt(2)).epsilon(0.01));
  CHECK(scales[1].mean.empty());
  const auto noisy = stressed_samples(samples, scales, {StressKind::noise, 1});
  CHECK(to_doubles(noisy->read(3, 1)[1].view()) == std::vector<double>{7});
}

TEST_CASE("stress: each kind does what it says") {
  const TwoChannels samples;
  const std::vector<double> clean = values_of(samples, 0, 50);
  const std::vector<ChannelScale> scales = measure_channels(samples, TaskSplit{}, wanted);
  const auto channel = [](std::size_t i) { return i / 10 % 2; };
  const auto mean = [&](std::size_t i) { return scales[0].mean[channel(i)]; };
  const auto deviation = [&](std::size_t i) { return scales[0].deviation[channel(i)]; };

  double squares = 0;
  const std::vector<double> noisy = stressed(StressKind::noise, 0.5);
  for (std::size_t i = 0; i < clean.size(); ++i) squares += std::pow((noisy[i] - clean[i]) / deviation(i), 2);
  CHECK(std::sqrt(squares / 1000) == doctest::Approx(0.5).epsilon(0.1));

  const std::vector<double> gained = stressed(StressKind::gain, 0.2), moved = stressed(StressKind::offset, 2), stepped = stressed(StressKind::quantize, 0.5);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    CHECK(gained[i] == doctest::Approx(mean(i) + 1.2 * (clean[i] - mean(i))).epsilon(1e-5));
    CHECK(moved[i] == doctest::Approx(clean[i] + 2 * deviation(i)).epsilon(1e-5));
    const double steps = (stepped[i] - mean(i)) / (0.5 * deviation(i));
    CHECK(std::abs(steps - std::nearbyint(steps)) < 1e-4);
    CHECK(std::abs(stepped[i] - clean[i]) <= 0.25 * deviation(i) * 1.001);
  }

  int dead = 0;
  const std::vector<double> dropped = stressed(StressKind::dropout, 0.3);
  for (std::size_t first = 0; first < clean.size(); first += 10) {
    const bool is_dead = dropped[first] != clean[first];
    dead += is_dead ? 1 : 0;
    for (std::size_t i = first; i < first + 10; ++i) CHECK(dropped[i] == (is_dead ? static_cast<double>(static_cast<float>(mean(i))) : clean[i]));
  }
  CHECK(dead > 15);
  CHECK(dead < 45);

  const std::vector<double> late = stressed(StressKind::shift, 0.3);
  for (std::size_t i = 0; i < clean.size(); ++i) CHECK(late[i] == clean[i - std::min<std::size_t>(i % 10, 3)]);

  int missing = 0;
  const std::vector<double> held = stressed(StressKind::missing, 0.3);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    if (held[i] == clean[i]) continue;
    ++missing;
    CHECK(held[i] == (i % 10 == 0 ? static_cast<double>(static_cast<float>(mean(i))) : held[i - 1]));
  }
  CHECK(missing > 200);
  CHECK(missing < 400);
}

TEST_CASE("stress: the same numbers however samples are read, and weaker stresses hit a part of what stronger ones hit") {
  for (const StressKind kind : all_stresses()) {
    CAPTURE(stress_name(kind));
    const std::vector<double> whole = stressed(kind, 0.4);
    std::vector<double> pieces = stressed(kind, 0.4, 0, 7);
    const std::vector<double> rest = stressed(kind, 0.4, 7, 43);
    pieces.insert(pieces.end(), rest.begin(), rest.end());
    CHECK(whole == pieces);
  }
  const TwoChannels samples;
  const std::vector<double> clean = values_of(samples, 0, 50), weak = stressed(StressKind::dropout, 0.1), strong = stressed(StressKind::dropout, 0.5);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    if (weak[i] != clean[i]) CHECK(strong[i] == weak[i]);
  }
}

TEST_CASE("stress: what cannot be stressed says why") {
  class Words : public Samples {
   public:
    std::int64_t count() const override { return 2; }
    std::vector<Tensor> read(std::int64_t, std::int64_t n) const override {
      return {make_tensor<std::int64_t>({n, 2}, std::vector<std::int64_t>(static_cast<std::size_t>(n * 2), 1))};
    }
  };
  class Rows : public Samples {
   public:
    std::int64_t count() const override { return 2; }
    std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
      return {make_tensor<float>({n, 2}, std::vector<float>(static_cast<std::size_t>(n * 2), static_cast<float>(first)))};
    }
  };
  CHECK_THROWS_AS(measure_channels(Words(), TaskSplit{}, {{"tokens", ElementType::int64, {-1, 2}}}), Error);
  const Rows rows;
  const std::vector<ChannelScale> scales = measure_channels(rows, TaskSplit{}, {{"x", ElementType::float32, {-1, 2}}});
  CHECK(scales[0].time_axis == 0);
  CHECK_THROWS_AS(stressed_samples(rows, scales, {StressKind::shift, 0.1}), Error);
  // Windows of columns may have time before the channels.
  TaskSplit split;
  split.inputs = {{"x", {}, {}, {{"a", 0, 1, {}}}, WindowLayout::time_first}};
  const std::vector<ChannelScale> turned = measure_channels(TwoChannels(), split, wanted);
  CHECK(turned[0].channel_axis == 2);
  CHECK(turned[0].time_axis == 1);
  CHECK(turned[0].mean.size() == 10);
}
