#include "quantizer/quantize/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "formats/decibels.hpp"
#include "formats/error.hpp"
#include "quantizer/quantize/element_kernels.hpp"

namespace iai {

namespace {

/// Stretches of a weight in storage order: each of one channel, or, where the channels are the last axis, of one value a channel.
struct Rows {
  AxisLayout layout;
  bool one_channel;

  Rows(std::span<const std::int64_t> shape, int axis) : layout(axis_layout(shape, axis)), one_channel(layout.inner != 1 || layout.channels == 1) {}

  /// Calls work(channel or 0, index of the first value, number of values).
  template <class Work>
  void visit(Work work) const {
    const std::size_t count = one_channel ? layout.inner : layout.channels, parts = one_channel ? layout.outer * layout.channels : layout.outer;
    for (std::size_t part = 0; part < parts; ++part) work(one_channel ? part % layout.channels : 0, part * count, count);
  }
};

}  // namespace

void refuse_infinite_bias(const std::string& node, std::span<const double> bias) {
  for (const double value : bias) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorKind::input, fmt::format("operator '{}': a bias is {}", node, std::isnan(value) ? "NaN" : "infinite"),
                "export the model again; its training may have diverged");
  }
}

QuantizedWeight quantize_weight(const TensorView& weight, int axis, std::span<const float> smallest_scales) {
  const std::vector<float> values = to_floats(weight);
  const auto channels = static_cast<std::size_t>(weight.shape[static_cast<std::size_t>(axis)]);
  if (!extent_of(values).finite) {
    const bool nan = std::any_of(values.begin(), values.end(), [](float value) { return std::isnan(value); });
    throw Error(ErrorKind::input, fmt::format("a weight is {}", nan ? "NaN" : "infinite"), "export the model again; its training may have diverged");
  }
  std::vector<float> largest(channels);
  const Rows rows(weight.shape, axis);
  rows.visit([&](std::size_t channel, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      float& most = largest[rows.one_channel ? channel : i];
      most = std::max(most, std::abs(values[first + i]));
    }
  });
  QuantizedWeight made{{ElementType::int8, weight.shape, std::vector<std::byte>(values.size())}, std::vector<float>(channels), 0};
  for (std::size_t c = 0; c < channels; ++c) {
    float scale = largest[c] / 127;
    if (!smallest_scales.empty()) scale = std::max(scale, smallest_scales[c]);
    made.scales[c] = scale >= std::numeric_limits<float>::min() ? scale : 1.0F;  // a channel of zeros
  }
  const auto integers = made.values.values<std::int8_t>();
  double signal = 0, noise = 0;
  rows.visit([&](std::size_t channel, std::size_t first, std::size_t count) {
    const std::span<const float> scales = rows.one_channel ? std::span(made.scales).subspan(channel, 1) : std::span(made.scales);
    round_to_int8(std::span(values).subspan(first, count), scales, integers.subspan(first, count));
    for (std::size_t i = 0; i < count; ++i) {
      const double value = static_cast<double>(values[first + i]), scale = static_cast<double>(scales[rows.one_channel ? 0 : i]);
      const double difference = integers[first + i] * scale - value;
      signal += value * value;
      noise += difference * difference;
    }
  });
  made.sqnr_db = decibels(signal, noise);
  return made;
}

}  // namespace iai
