#include "quantizer/quantize/input_products.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "quantizer/graph/fold.hpp"

namespace iai {
namespace {

std::vector<std::int64_t> integers_of(const onnx::NodeProto& node, std::string_view name, std::size_t count, std::int64_t otherwise) {
  const onnx::AttributeProto* found = find_attribute(node, name);
  if (found == nullptr || static_cast<std::size_t>(found->ints_size()) != count) return std::vector<std::int64_t>(count, otherwise);
  return {found->ints().begin(), found->ints().end()};
}

bool explicit_pads(const onnx::NodeProto& node) {
  const onnx::AttributeProto* found = find_attribute(node, "auto_pad");
  return found == nullptr || found->s() == "NOTSET" || found->s().empty() || found->s() == "VALID";
}

std::int64_t product(std::span<const std::int64_t> sizes) { return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>()); }

/// The integers less their zero point.
std::vector<std::int32_t> quantized(const AffineParameters& parameters, std::span<const float> values) {
  std::vector<std::int32_t> integers(values.size());
  const double factor = 1 / static_cast<double>(parameters.scale);
  const double lowest = parameters.lowest - parameters.zero_point, highest = parameters.highest - parameters.zero_point;
  for (std::size_t i = 0; i < values.size(); ++i) {
    integers[i] = static_cast<std::int32_t>(std::clamp(std::nearbyint(static_cast<double>(values[i]) * factor), lowest, highest));
  }
  return integers;
}

}  // namespace

bool InputProducts::possible(const LinearNode& linear, const onnx::NodeProto& node, std::span<const std::int64_t> shape) {
  if (linear.weight.empty() || linear.input_axis == 0) return false;
  if (linear.op_type == "Conv") {
    const std::int64_t groups = int_attribute(node, "group", 1);
    return shape.size() >= 3 && explicit_pads(node) && product(shape.subspan(1)) <= static_cast<std::int64_t>(most_inputs) && groups >= 1;
  }
  return shape.size() == 2 && (linear.op_type == "Gemm" || linear.op_type == "MatMul") &&
         shape[linear.axis == 0 ? 1 : 0] <= static_cast<std::int64_t>(most_inputs);
}

InputProducts::InputProducts(const LinearNode& linear, const onnx::NodeProto& node, std::vector<std::int64_t> shape, const AffineParameters& input,
                             std::int64_t positions)
    : image_(linear.op_type == "Conv"),
      input_axis_(linear.input_axis),
      parameters_(input),

      step_(std::max<std::int64_t>(1, positions / most_positions)) {
  if (image_) {
    const std::size_t axes = shape.size() - 2;
    window_.kernel.assign(shape.begin() + 2, shape.end());
    window_.strides = integers_of(node, "strides", axes, 1);
    window_.dilations = integers_of(node, "dilations", axes, 1);
    window_.pads = integers_of(node, "pads", 2 * axes, 0);
    groups_ = static_cast<std::size_t>(int_attribute(node, "group", 1));
    inputs_ = static_cast<std::size_t>(product(std::span(shape).subspan(1)));
  } else {
    inputs_ = static_cast<std::size_t>(shape[linear.axis == 0 ? 1 : 0]);
  }
  sums_.resize(groups_ * inputs_ * inputs_);
  one_.resize(inputs_);
}

void InputProducts::add(const Tensor& values) {
  const std::vector<std::int32_t> integers = quantized(parameters_, values.values<float>());
  // Which positions are taken depends on the sample alone, so that the order of the samples does not matter.
  std::int64_t sum = 0;
  for (const std::int32_t integer : integers) sum += integer;
  const std::int64_t offset = ((sum % step_) + step_) % step_;
  if (image_) add_windows(integers, values.shape, offset);
  else add_rows(integers, offset);
}

void InputProducts::add_products(std::size_t group) {
  double* sums = sums_.data() + group * inputs_ * inputs_;
  for (std::size_t i = 0; i < inputs_; ++i) {
    const double left = one_[i];
    if (left == 0) continue;
    double* row = sums + i * inputs_;
    for (std::size_t j = 0; j <= i; ++j) row[j] += left * one_[j];
  }
}

void InputProducts::add_rows(std::span<const std::int32_t> integers, std::int64_t offset) {
  const std::size_t rows = inputs_ == 0 ? 0 : integers.size() / inputs_;
  for (std::size_t row = static_cast<std::size_t>(offset); row < rows; row += static_cast<std::size_t>(step_)) {
    std::copy_n(integers.begin() + static_cast<std::ptrdiff_t>(row * inputs_), inputs_, one_.begin());
    add_products(0);
    ++seen_;
  }
}

void InputProducts::add_windows(std::span<const std::int32_t> integers, std::span<const std::int64_t> shape, std::int64_t offset) {
  const std::size_t axes = window_.kernel.size();
  const std::int64_t channels = static_cast<std::int64_t>(inputs_ * groups_) / product(window_.kernel);
  if (shape.size() != axes + 2 || shape[1] != channels) return;
  std::vector<std::int64_t> counts(axes), corner(axes);
  for (std::size_t a = 0; a < axes; ++a) {
    const std::int64_t reach = window_.dilations[a] * (window_.kernel[a] - 1) + 1;
    counts[a] = (shape[a + 2] + window_.pads[a] + window_.pads[a + axes] - reach) / window_.strides[a] + 1;
    if (counts[a] <= 0) return;
  }
  const std::int64_t image = product(shape.subspan(1)), windows = product(counts);
  for (std::int64_t at = offset; at < windows * shape[0]; at += step_) {
    std::int64_t rest = at % windows;
    for (std::size_t a = axes; a-- > 0; rest /= counts[a]) corner[a] = rest % counts[a] * window_.strides[a] - window_.pads[a];
    const auto one_image = integers.subspan(static_cast<std::size_t>(at / windows * image), static_cast<std::size_t>(image));
    for (std::size_t group = 0; group < groups_; ++group) {
      gather(one_image, shape, corner, static_cast<std::int64_t>(group) * channels / static_cast<std::int64_t>(groups_));
      add_products(group);
    }
    ++seen_;
  }
}

/// Fills one_ with the window at `corner` of the group that begins at `first_channel`; padding is zero.
void InputProducts::gather(std::span<const std::int32_t> integers, std::span<const std::int64_t> shape, std::span<const std::int64_t> corner,
                           std::int64_t first_channel) {
  const std::int64_t taps = product(window_.kernel), plane = product(shape.subspan(2));
  for (std::size_t i = 0; i < inputs_; ++i) {
    const std::int64_t channel = first_channel + static_cast<std::int64_t>(i) / taps;
    std::int64_t tap = static_cast<std::int64_t>(i) % taps, place = 0, stride = 1;
    bool inside = true;
    for (std::size_t a = window_.kernel.size(); a-- > 0; tap /= window_.kernel[a]) {
      const std::int64_t x = corner[a] + tap % window_.kernel[a] * window_.dilations[a];
      inside = inside && x >= 0 && x < shape[a + 2];
      place += x * stride;
      stride *= shape[a + 2];
    }
    one_[i] = inside ? integers[static_cast<std::size_t>(channel * plane + place)] : 0;
  }
}

}  // namespace iai
