#include "quantizer/quantize/weights.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

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

/// The values of a weight, a stretch at a time: a table of a large model has no room beside itself, and in a file its bytes lie anywhere.
class Values {
 public:
  explicit Values(const TensorView& weight) : bytes_(weight.bytes) {
    if (weight.type != ElementType::float32) floats_ = to_floats(weight);
  }

  /// Valid until the next call.
  std::span<const float> at(std::size_t first, std::size_t count) {
    if (!floats_.empty()) return std::span(floats_).subspan(first, count);
    const std::span<const std::byte> part = bytes_.subspan(first * sizeof(float), count * sizeof(float));
    if (reinterpret_cast<std::uintptr_t>(part.data()) % alignof(float) == 0) return {reinterpret_cast<const float*>(part.data()), count};
    aligned_.resize(count);
    std::memcpy(aligned_.data(), part.data(), part.size());
    return aligned_;
  }

 private:
  std::span<const std::byte> bytes_;
  std::vector<float> floats_, aligned_;
};

std::vector<float> least_scales_of(Values& values, const Rows& rows) {
  std::vector<float> largest(rows.layout.channels);
  rows.visit([&](std::size_t channel, std::size_t first, std::size_t count) {
    const std::span<const float> part = values.at(first, count);
    if (!extent_of(part).finite) {
      const bool nan = std::any_of(part.begin(), part.end(), [](float value) { return std::isnan(value); });
      throw Error(ErrorKind::input, fmt::format("a weight is {}", nan ? "NaN" : "infinite"), "export the model again; its training may have diverged");
    }
    for (std::size_t i = 0; i < count; ++i) {
      float& most = largest[rows.one_channel ? channel : i];
      most = std::max(most, std::abs(part[i]));
    }
  });
  for (float& most : largest) most /= 127;
  return largest;
}

/// A sum in four parts, so that additions need not wait for each other; always the same four.
class Sum {
 public:
  void add(std::size_t i, double value) { parts_[i % parts_.size()] += value; }
  double value() const { return (parts_[0] + parts_[1]) + (parts_[2] + parts_[3]); }

 private:
  std::array<double, 4> parts_ = {};
};

double shift_of_row(std::span<const float> weights, const std::int8_t* integers, double scale, std::span<const double> means) {
  Sum sum;
  for (std::size_t i = 0; i < weights.size(); ++i) sum.add(i, (static_cast<double>(weights[i]) - scale * integers[i]) * means[i]);
  return sum.value();
}

/// The means of one group's inputs, each as often as it meets a weight of an output channel in a row.
std::vector<double> repeated(std::span<const double> means, std::size_t times) {
  std::vector<double> all;
  all.reserve(means.size() * times);
  for (const double mean : means) all.insert(all.end(), times, mean);
  return all;
}

}  // namespace

void refuse_infinite_bias(const std::string& node, std::span<const double> bias) {
  for (const double value : bias) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorKind::input, fmt::format("operator '{}': a bias is {}", node, std::isnan(value) ? "NaN" : "infinite"),
                "export the model again; its training may have diverged");
  }
}

std::vector<float> least_scales(const TensorView& weight, int axis) {
  Values values(weight);
  return least_scales_of(values, Rows(weight.shape, axis));
}

QuantizedWeight quantize_weight(const TensorView& weight, int axis, std::span<const float> smallest_scales) {
  Values values(weight);
  const Rows rows(weight.shape, axis);
  std::vector<float> channel_scales = least_scales_of(values, rows);
  for (std::size_t c = 0; c < channel_scales.size(); ++c) {
    float& scale = channel_scales[c];
    if (!smallest_scales.empty()) scale = std::max(scale, smallest_scales[c]);
    if (scale < std::numeric_limits<float>::min()) scale = 1;  // a channel of zeros
  }
  QuantizedWeight made{{ElementType::int8, weight.shape, std::vector<std::byte>(static_cast<std::size_t>(weight.size()))}, std::move(channel_scales), 0};
  const auto integers = made.values.values<std::int8_t>();
  Sum signal, noise;
  rows.visit([&](std::size_t channel, std::size_t first, std::size_t count) {
    const std::span<const float> scales = rows.one_channel ? std::span(made.scales).subspan(channel, 1) : std::span(made.scales);
    const std::span<const float> part = values.at(first, count);
    round_to_int8(part, scales, integers.subspan(first, count));
    for (std::size_t i = 0; i < count; ++i) {
      const double value = static_cast<double>(part[i]), scale = static_cast<double>(scales[rows.one_channel ? 0 : i]);
      const double difference = integers[first + i] * scale - value;
      signal.add(i, value * value);
      noise.add(i, difference * difference);
    }
  });
  made.sqnr_db = decibels(signal.value(), noise.value());
  return made;
}

std::vector<double> mean_shift(const TensorView& weight, const QuantizedWeight& made, int axis, std::span<const double> means, std::size_t groups) {
  Values values(weight);
  const auto rows = static_cast<std::size_t>(weight.shape[0]), columns = static_cast<std::size_t>(weight.shape[1]);
  const std::size_t row_size = static_cast<std::size_t>(weight.size()) / rows, inner = row_size / columns, outputs = made.scales.size();
  const std::size_t inputs = means.size() / groups, outputs_of_group = outputs / groups;
  const auto integers = made.values.values<std::int8_t>();
  std::vector<double> shift(outputs), expanded;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span<const float> weights = values.at(row * row_size, row_size);
    const std::int8_t* rounded = integers.data() + row * row_size;
    if (axis == 0) {
      if (row % outputs_of_group == 0) expanded = repeated(means.subspan(row / outputs_of_group * inputs, inputs), inner);
      shift[row] = shift_of_row(weights, rounded, static_cast<double>(made.scales[row]), expanded);
      continue;
    }
    for (std::size_t column = 0; column < columns; ++column) {
      const double mean = means[column / outputs_of_group * inputs + row], scale = static_cast<double>(made.scales[column]);
      for (std::size_t i = column * inner; i < (column + 1) * inner; ++i) {
        shift[column] += (static_cast<double>(weights[i]) - scale * rounded[i]) * mean;
      }
    }
  }
  return shift;
}

}  // namespace iai
