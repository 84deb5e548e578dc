#include "quantizer/quantize/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {

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
  std::vector<float> largest(channels);
  for_each_element(weight.shape, axis, [&](std::size_t channel, std::size_t i) {
    if (!std::isfinite(values[i])) {
      throw Error(ErrorKind::input, fmt::format("a weight is {}", std::isnan(values[i]) ? "NaN" : "infinite"),
                  "export the model again; its training may have diverged");
    }
    largest[channel] = std::max(largest[channel], std::abs(values[i]));
  });
  QuantizedWeight made{{ElementType::int8, weight.shape, std::vector<std::byte>(values.size())}, std::vector<float>(channels), 0};
  for (std::size_t c = 0; c < channels; ++c) {
    float scale = largest[c] / 127;
    if (!smallest_scales.empty()) scale = std::max(scale, smallest_scales[c]);
    made.scales[c] = scale >= std::numeric_limits<float>::min() ? scale : 1.0F;  // a channel of zeros
  }
  const auto integers = made.values.values<std::int8_t>();
  double signal = 0, noise = 0;
  for_each_element(weight.shape, axis, [&](std::size_t channel, std::size_t i) {
    const double value = static_cast<double>(values[i]), scale = static_cast<double>(made.scales[channel]);
    const double integer = std::clamp(std::nearbyint(value / scale), -127.0, 127.0);
    integers[i] = static_cast<std::int8_t>(integer);
    const double difference = integer * scale - value;
    signal += value * value;
    noise += difference * difference;
  });
  made.sqnr_db = noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
  return made;
}

}  // namespace iai
