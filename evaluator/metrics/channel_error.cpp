#include "evaluator/metrics/channel_error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/decibels.hpp"

namespace iai {

double ChannelErrors::Channel::variance() const {
  const auto n = static_cast<double>(count);
  return minimum < maximum ? std::max(0.0, squares / n - sum / n * (sum / n)) : 0;
}

double ChannelErrors::Channel::lost_share() const {
  if (broken) return 1;
  return noise > 0 ? std::min(1.0, noise / static_cast<double>(count) / variance()) : 0;
}

void ChannelErrors::add(const TensorView& reference, const TensorView& candidate) {
  const std::vector<float> values = to_floats(reference), others = to_floats(candidate);
  const auto rank = static_cast<int>(reference.shape.size());
  const int axis = axis_ < 0 ? axis_ + rank : axis_;
  const AxisLayout as_one{1, 1, std::max<std::size_t>(values.size(), 1)};
  AxisLayout layout = axis >= 0 && axis < rank && !values.empty() ? axis_layout(reference.shape, axis) : as_one;
  if (!added_) channels_.resize(layout.channels);
  added_ = true;
  if (channels_.size() != layout.channels) {  // as a length that differs from input to input: all are one
    vary_ = true;
    layout = as_one;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    Channel& channel = channels_[layout.channel(i)];
    const double value = static_cast<double>(values[i]), other = static_cast<double>(others[i]);
    if (!std::isfinite(value) || !std::isfinite(other)) {
      channel.broken = channel.broken || std::isfinite(value);
      continue;
    }
    if (channel.count++ == 0) channel.first = channel.minimum = channel.maximum = value;
    channel.minimum = std::min(channel.minimum, value);
    channel.maximum = std::max(channel.maximum, value);
    const double shifted = value - channel.first, difference = other - value;
    channel.sum += shifted;
    channel.squares += shifted * shifted;
    channel.noise += difference * difference;
    signal_ += value * value;
    noise_ += difference * difference;
    candidate_ += other * other;
    product_ += value * other;
    if (bounds_ && (value < bounds_->low || value > bounds_->high)) ++outside_;
    ++elements_;
  }
}

ChannelError ChannelErrors::error() const {
  ChannelError made;
  made.sqnr_db = decibels(signal_, noise_);
  if (noise_ > 0) made.cosine = signal_ > 0 && candidate_ > 0 ? product_ / std::sqrt(signal_) / std::sqrt(candidate_) : 0;
  if (elements_ > 0) made.outside_share = static_cast<double>(outside_) / static_cast<double>(elements_);
  std::vector<double> magnitudes;
  double lost = 0;
  std::int64_t varying = 0;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    if (channel.broken) made.sqnr_db = -std::numeric_limits<double>::infinity();
    if (channel.broken) made.cosine = 0;
    if (channel.count == 0 && !channel.broken) continue;
    magnitudes.push_back(std::max(-channel.minimum, channel.maximum));
    if (magnitudes.back() > made.largest) made.largest_channel = static_cast<std::int64_t>(c);
    made.largest = std::max(made.largest, magnitudes.back());
    made.minimum = magnitudes.size() == 1 ? channel.minimum : std::min(made.minimum, channel.minimum);
    made.maximum = magnitudes.size() == 1 ? channel.maximum : std::max(made.maximum, channel.maximum);
    if (!channel.broken && !(channel.minimum < channel.maximum)) {
      ++made.constant_channels;
      continue;
    }
    ++varying;
    lost += channel.lost_share();
  }
  if (varying > 0) made.lost_share = lost / static_cast<double>(varying);
  if (magnitudes.empty() || vary_) return made;
  made.channels = static_cast<std::int64_t>(magnitudes.size());
  const auto middle = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 2);
  std::nth_element(magnitudes.begin(), middle, magnitudes.end());
  made.typical = *middle;
  return made;
}

}  // namespace iai
