#include "quantizer/quantize/observer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

constexpr int fraction_bits = 24;

float largest_magnitude(const Extent& extent) { return std::max(std::abs(extent.minimum), std::abs(extent.maximum)); }

/// Power of two that brings values of this size below 2^fraction_bits.
int shift_of(const Extent& extent) {
  const float largest = largest_magnitude(extent);
  return largest == 0 ? 0 : fraction_bits - 1 - std::ilogb(largest);
}

std::int64_t fixed_point(float value, int shift) { return std::llrint(std::ldexp(static_cast<double>(value), shift)); }

[[noreturn]] void refuse_infinite(const std::string& tensor, std::span<const float> elements) {
  const auto found = std::find_if(elements.begin(), elements.end(), [](float value) { return !std::isfinite(value); });
  throw Error(ErrorKind::input, fmt::format("tensor '{}' becomes {} on the calibration inputs", tensor, std::isnan(*found) ? "NaN" : "infinite"),
              "look for NaN or infinite weights, or for inputs far from those the model was trained on");
}

void widen(Extent& extent, const Extent& by) {
  extent.minimum = std::min(extent.minimum, by.minimum);
  extent.maximum = std::max(extent.maximum, by.maximum);
  extent.finite = extent.finite && by.finite;
}

/// Where the channels of `values` lie; nothing where there is no such axis.
std::optional<AxisLayout> channel_layout(const TensorView& values, int axis) {
  const auto rank = static_cast<int>(values.shape.size());
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return std::nullopt;
  return axis_layout(values.shape, axis);
}

}  // namespace

/// What one call saw of the channels: part i belongs to channel i % channels.
struct Observer::ChannelParts {
  std::size_t channels = 0, elements = 0;  // of each channel
  std::vector<std::int64_t> sums;          // times 2^shift
  std::vector<int> shifts;
  std::vector<float> magnitudes;

  /// @returns the extent of all elements. Each row is read twice in a row, the second time from the cache.
  Extent add(std::span<const float> all, const AxisLayout& layout) {
    channels = layout.channels;
    elements = all.size() / channels;
    if (layout.inner == 1) return add_columns_of(all);
    Extent extent = extent_of(all.first(layout.inner));
    for (std::size_t at = 0; at < all.size(); at += layout.inner) {
      const std::span<const float> row = all.subspan(at, layout.inner);
      const Extent own = extent_of(row);
      widen(extent, own);
      if (!extent.finite) return extent;
      shifts.push_back(shift_of(own));
      sums.push_back(fixed_point_sum(row, shifts.back()));
      magnitudes.push_back(largest_magnitude(own));
    }
    return extent;
  }

 private:
  Extent add_columns_of(std::span<const float> all) {
    const Extent extent = extent_of(all);
    if (!extent.finite) return extent;
    sums.resize(channels);
    magnitudes.resize(channels);
    shifts.assign(channels, shift_of(extent));
    add_columns(all, shifts.front(), sums, magnitudes);
    return extent;
  }
};

double TensorStatistics::bin_width() const {
  return histogram.empty() ? 0 : (static_cast<double>(maximum) - static_cast<double>(minimum)) / static_cast<double>(histogram.size());
}

double TensorStatistics::bin_value(std::size_t i) const { return static_cast<double>(minimum) + (static_cast<double>(i) + 0.5) * bin_width(); }

Observer::Observer(std::vector<std::string> tensors, const std::map<std::string, int>& channel_axes) : names_(std::move(tensors)), states_(names_.size()) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto axis = channel_axes.find(names_[i]);
    states_[i].wants_channels = axis != channel_axes.end();
    if (states_[i].wants_channels) states_[i].axis = axis->second;
  }
}

void Observer::observe_range(std::size_t tensor, const TensorView& values) {
  if (values.type != ElementType::float32) {
    throw Error(ErrorKind::input, fmt::format("tensor '{}' is {}, only float32 can be calibrated", names_[tensor], type_name(values.type)),
                "exclude the operator that reads it: --exclude NAME");
  }
  const std::span<const float> elements = aligned_floats(values);
  if (elements.empty()) return;
  State& state = states_[tensor];
  const auto layout = state.wants_channels ? channel_layout(values, state.axis) : std::nullopt;
  ChannelParts parts;
  const Extent extent = layout ? parts.add(elements, *layout) : extent_of(elements);
  if (!extent.finite) refuse_infinite(names_[tensor], elements);
  const int shift = shift_of(extent);
  const std::lock_guard lock(state.mutex);
  TensorStatistics& seen = state.seen;
  seen.minimum = state.samples == 0 ? extent.minimum : std::min(seen.minimum, extent.minimum);
  seen.maximum = state.samples == 0 ? extent.maximum : std::max(seen.maximum, extent.maximum);
  seen.elements += static_cast<std::int64_t>(elements.size());
  state.minima.add(fixed_point(extent.minimum, shift), shift);
  state.maxima.add(fixed_point(extent.maximum, shift), shift);
  ++state.samples;
  if (layout) add_channel_parts(state, parts);
}

void Observer::observe_histogram(std::size_t tensor, const TensorView& values) {
  State& state = states_[tensor];
  TensorStatistics& seen = state.seen;
  const double low = static_cast<double>(seen.minimum), width = static_cast<double>(seen.maximum) - low;
  if (!(width > 0)) return;
  const std::lock_guard lock(state.mutex);
  if (seen.histogram.empty()) seen.histogram.resize(bins);
  count_bins(aligned_floats(values), low, static_cast<double>(bins) / width, seen.histogram);
}

void Observer::add_channel_parts(State& state, const ChannelParts& parts) {
  if (state.sums.empty()) {
    state.sums.resize(parts.channels);
    state.seen.channel_magnitudes.resize(parts.channels);
  }
  if (state.sums.size() != parts.channels) {  // a channel count that varies has no means, whichever comes first
    state.channel_elements = -1;
    return;
  }
  if (state.channel_elements < 0) return;
  state.channel_elements += static_cast<std::int64_t>(parts.elements);
  for (std::size_t i = 0; i < parts.sums.size(); ++i) {
    const std::size_t channel = i % parts.channels;
    state.sums[channel].add(parts.sums[i], parts.shifts[i]);
    state.seen.channel_magnitudes[channel] = std::max(state.seen.channel_magnitudes[channel], parts.magnitudes[i]);
  }
}

std::map<std::string, TensorStatistics> Observer::statistics() const {
  std::map<std::string, TensorStatistics> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const State& state = states_[i];
    TensorStatistics& seen = all[names_[i]] = state.seen;
    if (state.samples > 0) {
      seen.mean_minimum = state.minima.value() / static_cast<double>(state.samples);
      seen.mean_maximum = state.maxima.value() / static_cast<double>(state.samples);
    }
    if (state.channel_elements <= 0) {
      seen.channel_magnitudes.clear();
      continue;
    }
    for (const WideSum& sum : state.sums) seen.channel_means.push_back(sum.value() / static_cast<double>(state.channel_elements));
  }
  return all;
}

}  // namespace iai
