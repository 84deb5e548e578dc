#include "quantizer/quantize/saturation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace iai {
namespace {

/// Calls visit(i, j) for each two elements that a kernel may multiply and add together. All neighbours count, whether the
/// first is even or odd: where a block begins is the runtime's choice.
template <class Visit>
void for_each_pair(const ReductionLayout& layout, Visit visit) {
  const std::vector<std::int64_t>& shape = layout.shape;
  const std::size_t rank = shape.size();
  std::size_t total = 1;
  for (const std::int64_t size : shape) total *= static_cast<std::size_t>(size);
  if (total == 0) return;
  if (layout.form == ReductionLayout::Form::columns) {
    const auto in = static_cast<std::size_t>(shape[rank - 2]), outputs = static_cast<std::size_t>(shape[rank - 1]);
    for (std::size_t i = 0; i < total; ++i) {
      if (i / outputs % in + 1 < in) visit(i, i + outputs);
    }
    return;
  }
  const std::size_t row = total / static_cast<std::size_t>(shape[0]);
  for (std::size_t i = 0; i < total; ++i) {
    if (i % row + 1 < row) visit(i, i + 1);
  }
  const auto in = static_cast<std::size_t>(shape[1]);
  const std::size_t taps = row / in;
  if (layout.form == ReductionLayout::Form::rows || in == 1 || taps == 1) return;
  for (std::size_t i = 0; i < total; ++i) {
    const std::size_t channel = i % row / taps, tap = i % taps;
    if (channel + 1 < in) visit(i, i + taps);
    else if (tap + 1 < taps) visit(i, i - i % row + tap + 1);
  }
}

/// Channel of each element.
class ChannelOf {
 public:
  ChannelOf(std::span<const std::int64_t> shape, int axis) : channels_(static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)])) {
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i) inner_ *= static_cast<std::size_t>(shape[i]);
  }
  std::size_t operator()(std::size_t element) const { return element / inner_ % channels_; }
  std::size_t count() const { return channels_; }

 private:
  std::size_t channels_, inner_ = 1;
};

template <class Visit>
void for_each_risk(const Tensor& weight, const ReductionLayout& layout, int largest_input, Visit visit) {
  const auto integers = weight.values<std::int8_t>();
  const int limit = largest_pair_sum(largest_input);
  for_each_pair(layout, [&](std::size_t i, std::size_t j) {
    const int a = +integers[i], b = +integers[j];
    if ((a > 0) == (b > 0) && std::abs(a) + std::abs(b) > limit) visit(i, j);
  });
}

}  // namespace

int largest_pair_sum(int largest_input) { return largest_input <= 0 ? 2 * 127 : std::numeric_limits<std::int16_t>::max() / largest_input; }

SaturationRisk saturation_risk(const Tensor& weight, const ReductionLayout& layout, std::span<const std::int64_t> channel_shape, int axis, int largest_input) {
  const ChannelOf channel(channel_shape, axis);
  std::vector<bool> at_risk(channel.count());
  SaturationRisk risk;
  for_each_risk(weight, layout, largest_input, [&](std::size_t i, std::size_t) {
    ++risk.pairs;
    if (!at_risk[channel(i)]) ++risk.channels;
    at_risk[channel(i)] = true;
  });
  return risk;
}

std::vector<float> safe_scales(const TensorView& floats, const Tensor& weight, const ReductionLayout& layout, std::span<const std::int64_t> channel_shape,
                               int axis, int largest_input) {
  const ChannelOf channel(channel_shape, axis);
  std::vector<bool> at_risk(channel.count());
  for_each_risk(weight, layout, largest_input, [&](std::size_t i, std::size_t) { at_risk[channel(i)] = true; });
  const std::vector<float> values = to_floats(floats);
  std::vector<float> scales(channel.count());
  // Rounding adds at most a half to each of the two.
  const double room = largest_pair_sum(largest_input) - 1;
  for_each_pair(layout, [&](std::size_t i, std::size_t j) {
    const std::size_t c = channel(i);
    if (!at_risk[c] || (values[i] > 0) != (values[j] > 0)) return;
    const double sum = std::abs(static_cast<double>(values[i])) + std::abs(static_cast<double>(values[j]));
    const float least = std::nextafter(static_cast<float>(sum / room), std::numeric_limits<float>::infinity());
    if (least > scales[c]) scales[c] = least;
  });
  return scales;
}

QuantizedWeight quantize_uncut(const TensorView& weight, int axis, std::vector<float> smallest_scales, const ReductionLayout& layout, int largest_input,
                               SaturationRisk& risk) {
  QuantizedWeight made = quantize_weight(weight, axis, smallest_scales);
  risk = saturation_risk(made.values, layout, weight.shape, axis, largest_input);
  if (risk.pairs == 0) return made;
  const std::vector<float> safe = safe_scales(weight, made.values, layout, weight.shape, axis, largest_input);
  smallest_scales.resize(safe.size());
  for (std::size_t c = 0; c < safe.size(); ++c) smallest_scales[c] = std::max(smallest_scales[c], safe[c]);
  return quantize_weight(weight, axis, smallest_scales);
}

}  // namespace iai
