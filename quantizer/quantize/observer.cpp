#include "quantizer/quantize/observer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

constexpr int fraction_bits = 24;

/// Power of two that brings the tensor's values below 2^fraction_bits.
int shift_of(const TensorStatistics& seen) {
  const float largest = std::max(std::abs(seen.minimum), std::abs(seen.maximum));
  return largest == 0 ? 0 : fraction_bits - 1 - std::ilogb(largest);
}

}  // namespace

double TensorStatistics::bin_width() const {
  return histogram.empty() ? 0 : (static_cast<double>(maximum) - static_cast<double>(minimum)) / static_cast<double>(histogram.size());
}

double TensorStatistics::bin_value(std::size_t i) const { return static_cast<double>(minimum) + (static_cast<double>(i) + 0.5) * bin_width(); }

Observer::Observer(std::vector<std::string> tensors, std::map<std::string, int> channel_axes) : names_(std::move(tensors)), states_(names_.size()) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto axis = channel_axes.find(names_[i]);
    states_[i].wants_channels = axis != channel_axes.end();
    if (states_[i].wants_channels) states_[i].axis = axis->second;
  }
}

void Observer::observe_range(std::size_t tensor, const Tensor& values) {
  if (values.type != ElementType::float32) {
    throw Error(ErrorKind::input, fmt::format("tensor '{}' is {}, only float32 can be calibrated", names_[tensor], type_name(values.type)),
                "exclude the operator that reads it: --exclude NAME");
  }
  TensorStatistics& seen = states_[tensor].seen;
  for (const float value : values.values<float>()) {
    if (!std::isfinite(value)) {
      throw Error(ErrorKind::input, fmt::format("tensor '{}' becomes {} on the calibration inputs", names_[tensor], std::isnan(value) ? "NaN" : "infinite"),
                  "look for NaN or infinite weights, or for inputs far from those the model was trained on");
    }
    if (seen.elements++ == 0) seen.minimum = seen.maximum = value;
    seen.minimum = std::min(seen.minimum, value);
    seen.maximum = std::max(seen.maximum, value);
  }
}

void Observer::observe_histogram(std::size_t tensor, const Tensor& values) {
  State& state = states_[tensor];
  TensorStatistics& seen = state.seen;
  const auto elements = values.values<float>();
  if (state.wants_channels) add_channels(state, values, elements);
  add_sample_range(state, elements);
  const double low = static_cast<double>(seen.minimum), width = static_cast<double>(seen.maximum) - low;
  if (!(width > 0)) return;
  if (seen.histogram.empty()) seen.histogram.resize(bins);
  const double factor = static_cast<double>(bins) / width;
  for (const float value : elements) {
    const double place = (static_cast<double>(value) - low) * factor;
    ++seen.histogram[place <= 0 ? 0 : std::min(static_cast<std::size_t>(place), bins - 1)];
  }
}

void Observer::add_sample_range(State& state, std::span<const float> elements) {
  if (elements.empty()) return;
  const auto [least, greatest] = std::minmax_element(elements.begin(), elements.end());
  const double unit = std::ldexp(1.0, shift_of(state.seen));
  state.minima += std::llrint(static_cast<double>(*least) * unit);
  state.maxima += std::llrint(static_cast<double>(*greatest) * unit);
  ++state.samples;
}

void Observer::add_channels(State& state, const Tensor& values, std::span<const float> elements) {
  const auto rank = static_cast<int>(values.shape.size());
  const int axis = state.axis < 0 ? state.axis + rank : state.axis;
  if (axis < 0 || axis >= rank) return;
  const auto channels = static_cast<std::size_t>(values.shape[static_cast<std::size_t>(axis)]);
  if (state.sums.empty()) {
    state.sums.resize(channels);
    state.counts.resize(channels);
    state.seen.channel_magnitudes.resize(channels);
  }
  if (channels == 0 || state.sums.size() != channels) return;  // a channel count that varies has no means
  std::size_t inner = 1;
  for (int i = axis + 1; i < rank; ++i) inner *= static_cast<std::size_t>(values.shape[static_cast<std::size_t>(i)]);
  const double unit = std::ldexp(1.0, shift_of(state.seen));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::size_t channel = i / inner % channels;
    state.sums[channel] += std::llrint(static_cast<double>(elements[i]) * unit);
    ++state.counts[channel];
    state.seen.channel_magnitudes[channel] = std::max(state.seen.channel_magnitudes[channel], std::abs(elements[i]));
  }
}

std::map<std::string, TensorStatistics> Observer::statistics() const {
  std::map<std::string, TensorStatistics> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const State& state = states_[i];
    TensorStatistics& seen = all[names_[i]] = state.seen;
    const double unit = std::ldexp(1.0, -shift_of(state.seen));
    if (state.samples > 0) {
      seen.mean_minimum = static_cast<double>(state.minima) * unit / static_cast<double>(state.samples);
      seen.mean_maximum = static_cast<double>(state.maxima) * unit / static_cast<double>(state.samples);
    }
    for (std::size_t c = 0; c < state.sums.size(); ++c) {
      seen.channel_means.push_back(state.counts[c] == 0 ? 0 : static_cast<double>(state.sums[c]) * unit / static_cast<double>(state.counts[c]));
    }
  }
  return all;
}

}  // namespace iai
