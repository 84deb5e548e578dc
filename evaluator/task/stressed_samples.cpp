#include "evaluator/task/stressed_samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/data/counter_random.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

struct StressRow {
  StressKind kind;
  const char* name;
  std::array<double, 4> strengths;
};
constexpr std::array<StressRow, 7> rows{StressRow{StressKind::noise, "noise", {0.1, 0.2, 0.5, 1}}, {StressKind::gain, "gain", {0.05, 0.1, 0.2, 0.5}},
                                        {StressKind::offset, "offset", {0.1, 0.2, 0.5, 1}},        {StressKind::dropout, "dropout", {0.05, 0.1, 0.2, 0.5}},
                                        {StressKind::shift, "shift", {0.05, 0.1, 0.2, 0.4}},       {StressKind::quantize, "quantize", {0.1, 0.2, 0.5, 1}},
                                        {StressKind::missing, "missing", {0.05, 0.1, 0.2, 0.5}}};

const StressRow& row_of(StressKind kind) { return rows[static_cast<std::size_t>(kind)]; }

/// Elements of one sample: how many, how many from one channel (or moment) to the next, and how many channels (or moments).
struct Axis {
  std::int64_t step = 1, count = 1;
  std::int64_t place(std::int64_t element) const { return element / step % count; }
};
Axis axis_of(const std::vector<std::int64_t>& shape, std::size_t axis) {
  Axis result;
  if (axis == 0 || axis >= shape.size()) {
    for (std::size_t i = 1; i < shape.size(); ++i) result.step *= shape[i];
    return result;
  }
  for (std::size_t i = axis + 1; i < shape.size(); ++i) result.step *= shape[i];
  result.count = shape[axis];
  return result;
}

/// Numbers of one sample, changed in place.
class StressedSample {
 public:
  StressedSample(const ChannelScale& scale, const Stress& stress, const std::vector<std::int64_t>& shape)
      : scale_(scale), strength_(stress.strength), kind_(stress.kind), channels_(axis_of(shape, scale.channel_axis)), time_(axis_of(shape, scale.time_axis)) {}

  void apply(std::span<double> values, const CounterRandom& random, std::int64_t sample) const {
    const auto size = static_cast<std::int64_t>(values.size());
    const auto number = [&](std::int64_t element) { return static_cast<std::uint64_t>(sample * size + element); };
    if (kind_ == StressKind::shift) return shift(values);
    for (std::int64_t e = 0; e < size; ++e) {
      double& value = values[static_cast<std::size_t>(e)];
      const std::int64_t channel = channels_.place(e);
      const double mean = scale_.mean[static_cast<std::size_t>(channel)], deviation = scale_.deviation[static_cast<std::size_t>(channel)];
      switch (kind_) {
        case StressKind::noise: value += strength_ * deviation * random.normal(number(e)); break;
        case StressKind::gain: value = mean + (value - mean) * (1 + strength_); break;
        case StressKind::offset: value += strength_ * deviation; break;
        case StressKind::dropout:
          if (random.uniform(static_cast<std::uint64_t>(sample * channels_.count + channel)) < strength_) value = mean;
          break;
        case StressKind::quantize:
          if (strength_ * deviation > 0) value = mean + std::nearbyint((value - mean) / (strength_ * deviation)) * strength_ * deviation;
          break;
        case StressKind::missing:
          // In the order of time, so that one that is missing takes what stands for the one before.
          if (random.uniform(number(e)) < strength_) value = has_time() && time_.place(e) > 0 ? values[static_cast<std::size_t>(e - time_.step)] : mean;
          break;
        case StressKind::shift: break;
      }
    }
  }

 private:
  bool has_time() const { return scale_.time_axis > 0; }

  void shift(std::span<double> values) const {
    if (!has_time()) return;
    const auto late = static_cast<std::int64_t>(std::nearbyint(strength_ * static_cast<double>(time_.count)));
    for (auto e = static_cast<std::int64_t>(values.size()); e-- > 0;) {
      values[static_cast<std::size_t>(e)] = values[static_cast<std::size_t>(e - std::min(late, time_.place(e)) * time_.step)];
    }
  }

  const ChannelScale& scale_;
  double strength_;
  StressKind kind_;
  Axis channels_, time_;
};

class StressedSamples : public Samples {
 public:
  StressedSamples(const Samples& samples, const std::vector<ChannelScale>& scales, const Stress& stress, std::uint64_t seed)
      : samples_(samples), scales_(scales), stress_(stress) {
    for (std::size_t i = 0; i < scales.size(); ++i) random_.emplace_back(seed, fmt::format("stress {} {}", stress_name(stress.kind), i));
  }
  std::int64_t count() const override { return samples_.count(); }
  SampleOrigin origin(std::int64_t index) const override { return samples_.origin(index); }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors = samples_.read(first, n);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (scales_[i].mean.empty()) continue;
      Tensor& tensor = tensors[i];
      std::vector<double> values = to_doubles(tensor.view());
      const std::size_t size = values.size() / static_cast<std::size_t>(n);
      const StressedSample stressed(scales_[i], stress_, tensor.shape);
      for (std::int64_t k = 0; k < n; ++k) {
        stressed.apply(std::span(values).subspan(static_cast<std::size_t>(k) * size, size), random_[i], first + k);
      }
      const ElementType type = tensor.type;
      tensor = cast_tensor(make_tensor<double>(tensor.shape, values), type, "stressed input");
    }
    return tensors;
  }

 private:
  const Samples& samples_;
  const std::vector<ChannelScale>& scales_;
  Stress stress_;
  std::vector<CounterRandom> random_;  // one an input
};

bool is_time_first(const TaskSplit& split, const std::string& input) {
  return std::any_of(split.inputs.begin(), split.inputs.end(), [&](const InputSource& source) {
    return !source.features.empty() && source.layout == WindowLayout::time_first && (source.name.empty() || source.name == input);
  });
}

/// Sums of one input, channel by channel (Welford's method).
struct ChannelSums {
  std::vector<double> n, mean, squares;
  void add(std::size_t channel, double value) {
    if (channel >= n.size()) {
      for (std::vector<double>* each : {&n, &mean, &squares}) each->resize(channel + 1);
    }
    const double distance = value - mean[channel];
    n[channel] += 1;
    mean[channel] += distance / n[channel];
    squares[channel] += distance * (value - mean[channel]);
  }
};

}  // namespace

std::string stress_name(StressKind kind) { return row_of(kind).name; }

const std::vector<StressKind>& all_stresses() {
  static const std::vector<StressKind> all = [] {
    std::vector<StressKind> kinds;
    for (const StressRow& row : rows) kinds.push_back(row.kind);
    return kinds;
  }();
  return all;
}

std::span<const double> usual_strengths(StressKind kind) { return row_of(kind).strengths; }

std::vector<ChannelScale> measure_channels(const Samples& samples, const TaskSplit& split, const std::vector<WantedInput>& wanted) {
  constexpr std::int64_t at_once = 64;
  std::vector<ChannelScale> scales;
  std::vector<ChannelSums> sums;
  for (std::int64_t first = 0; first < samples.count(); first += at_once) {
    const std::vector<Tensor> tensors = samples.read(first, std::min(at_once, samples.count() - first));
    sums.resize(tensors.size());
    scales.resize(tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const Tensor& tensor = tensors[i];
      if (!is_floating_point(tensor.type)) continue;
      ChannelScale& scale = scales[i];
      const std::size_t axes = tensor.shape.size();
      scale.channel_axis = axes < 2 ? 0 : 1;
      scale.time_axis = axes < 3 ? 0 : axes - 1;
      if (axes == 3 && i < wanted.size() && is_time_first(split, wanted[i].name)) std::swap(scale.channel_axis, scale.time_axis);
      const Axis channels = axis_of(tensor.shape, scale.channel_axis);
      const std::vector<double> values = to_doubles(tensor.view());
      const std::size_t size = values.size() / static_cast<std::size_t>(tensor.shape.empty() ? 1 : tensor.shape[0]);
      for (std::size_t e = 0; e < values.size(); ++e) sums[i].add(static_cast<std::size_t>(channels.place(static_cast<std::int64_t>(e % size))), values[e]);
    }
  }
  bool any = false;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    scales[i].mean = sums[i].mean;
    for (std::size_t c = 0; c < sums[i].n.size(); ++c) scales[i].deviation.push_back(std::sqrt(sums[i].squares[c] / sums[i].n[c]));
    any = any || !scales[i].mean.empty();
  }
  if (!any) throw Error(ErrorKind::usage, "--stress: no input of the model is of floating point", "it changes measured values, which the model does not take");
  return scales;
}

std::unique_ptr<Samples> stressed_samples(const Samples& samples, const std::vector<ChannelScale>& scales, const Stress& stress, std::uint64_t seed) {
  const bool has_time = std::any_of(scales.begin(), scales.end(), [](const ChannelScale& scale) { return !scale.mean.empty() && scale.time_axis > 0; });
  if (stress.kind == StressKind::shift && !has_time) {
    throw Error(ErrorKind::usage, "--stress shift: no input of the model has an axis of time", "leave it out: a row alone cannot come late");
  }
  return std::make_unique<StressedSamples>(samples, scales, stress, seed);
}

}  // namespace iai
