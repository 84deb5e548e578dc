#include <cmath>

#include "formats/error.hpp"
#include "quantizer/precision/precision.hpp"

namespace iai {

namespace {

struct Format {
  std::uint16_t (*narrow)(float);
  float (*widen)(std::uint16_t);
  std::uint16_t largest;  ///< bits of the largest finite number
  float smallest_normal;
};

Format format_of(ElementType type) {
  if (type == ElementType::bfloat16) return {float_to_bfloat16, bfloat16_to_float, 0x7f7f, 0x1p-126f};
  return {float_to_half, half_to_float, 0x7bff, 0x1p-14f};
}

}  // namespace

Tensor round_tensor(const TensorView& tensor, ElementType type, TensorRounding& rounding) {
  const Format format = format_of(type);
  const std::vector<float> values = to_floats(tensor);
  Tensor result{type, tensor.shape, std::vector<std::byte>(values.size() * 2)};
  const auto out = result.values<std::uint16_t>();
  rounding.elements += static_cast<std::int64_t>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (std::isnan(value))
      throw Error(ErrorKind::input, "tensor '" + rounding.tensor + "' holds NaN at element " + std::to_string(i),
                  "the training diverged, or the file is damaged; export the model again");
    std::uint16_t bits = format.narrow(value);
    const float back = format.widen(bits);
    if (std::isinf(back) && !std::isinf(value)) {
      bits = static_cast<std::uint16_t>(format.largest | (std::signbit(value) ? 0x8000u : 0u));
      ++rounding.clamped;
    } else if (back == 0 && value != 0) {
      ++rounding.vanished;
    } else if (value != 0 && std::isfinite(value)) {
      if (std::fabs(back) < format.smallest_normal) ++rounding.subnormal;
      const double error = std::fabs((static_cast<double>(back) - static_cast<double>(value)) / static_cast<double>(value));
      rounding.largest_relative_error = std::max(rounding.largest_relative_error, error);
    }
    out[i] = bits;
  }
  return result;
}

}  // namespace iai
