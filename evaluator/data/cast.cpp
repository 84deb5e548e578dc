#include "evaluator/data/cast.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

bool is_integer(ElementType type) {
  switch (type) {
    case ElementType::uint8:
    case ElementType::int8:
    case ElementType::uint16:
    case ElementType::int16:
    case ElementType::int32:
    case ElementType::int64:
    case ElementType::uint32:
    case ElementType::uint64:
    case ElementType::boolean: return true;
    default: return false;
  }
}

template <class T, class Values>
Tensor convert(const Tensor& source, const Values& values, const std::string& where, auto&& accept) {
  std::vector<T> converted(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!accept(values[i])) {
      throw Error(ErrorKind::input, fmt::format("{}: the value {} does not fit {}", where, values[i], type_name(element_type_of<T>())),
                  "store the data in the type that the model takes");
    }
    converted[i] = static_cast<T>(values[i]);
  }
  return make_tensor<T>(source.shape, converted);
}

template <class T>
Tensor to_integer(const Tensor& source, const std::string& where) {
  return convert<T>(source, to_int64s(source.view()), where, [](std::int64_t value) {
    if constexpr (std::is_same_v<T, std::uint64_t>) return value >= 0;
    else return value >= std::int64_t{std::numeric_limits<T>::min()} && value <= std::int64_t{std::numeric_limits<T>::max()};
  });
}

Tensor to_sixteen_bits(const Tensor& source, ElementType type, const std::string& where) {
  const std::vector<float> values = to_floats(source.view());
  std::vector<std::uint16_t> converted(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool half = type == ElementType::float16;
    converted[i] = half ? float_to_half(values[i]) : float_to_bfloat16(values[i]);
    if (std::isfinite(values[i]) && !std::isfinite(half ? half_to_float(converted[i]) : bfloat16_to_float(converted[i]))) {
      throw Error(ErrorKind::input, fmt::format("{}: the value {} does not fit {}", where, values[i], type_name(type)),
                  "scale the data, or use the model in float32");
    }
  }
  Tensor tensor = make_tensor<std::uint16_t>(source.shape, converted);
  tensor.type = type;
  return tensor;
}

Tensor to_real(const Tensor& source, ElementType type, const std::string& where) {
  if (type == ElementType::float64) return make_tensor<double>(source.shape, to_doubles(source.view()));
  if (type != ElementType::float32) return to_sixteen_bits(source, type, where);
  return convert<float>(source, to_doubles(source.view()), where,
                        [](double value) { return !std::isfinite(value) || std::isfinite(static_cast<float>(value)); });
}

Tensor to_integral(const Tensor& source, ElementType type, const std::string& where) {
  switch (type) {
    case ElementType::uint8: return to_integer<std::uint8_t>(source, where);
    case ElementType::int8: return to_integer<std::int8_t>(source, where);
    case ElementType::uint16: return to_integer<std::uint16_t>(source, where);
    case ElementType::int16: return to_integer<std::int16_t>(source, where);
    case ElementType::int32: return to_integer<std::int32_t>(source, where);
    case ElementType::uint32: return to_integer<std::uint32_t>(source, where);
    case ElementType::uint64: return to_integer<std::uint64_t>(source, where);
    case ElementType::int64: return to_integer<std::int64_t>(source, where);
    default: break;
  }
  Tensor tensor = convert<std::uint8_t>(source, to_int64s(source.view()), where, [](std::int64_t value) { return value == 0 || value == 1; });
  tensor.type = ElementType::boolean;
  return tensor;
}

template <class T>
std::size_t first_non_finite(std::span<const T> values) {
  // A sum over x - x is 0 for finite values and NaN otherwise; unlike a loop with an exit it runs at memory speed.
  constexpr std::size_t block = 4096;
  for (std::size_t at = 0; at < values.size(); at += block) {
    const std::size_t end = std::min(values.size(), at + block);
    T probe = 0;
    for (std::size_t i = at; i < end; ++i) probe += values[i] - values[i];
    if (probe == 0) continue;
    for (std::size_t i = at; i < end; ++i) {
      if (!std::isfinite(values[i])) return i;
    }
  }
  return values.size();
}

}  // namespace

bool is_floating_point(ElementType type) {
  return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 || type == ElementType::bfloat16;
}

Tensor cast_tensor(Tensor tensor, ElementType type, const std::string& where) {
  if (tensor.type == type || type == ElementType::undefined) return tensor;
  if (is_floating_point(tensor.type) && is_floating_point(type)) return to_real(tensor, type, where);
  if (is_integer(tensor.type) && is_integer(type)) return to_integral(tensor, type, where);
  throw Error(ErrorKind::input, fmt::format("{}: the model takes {}, the data is {}", where, type_name(type), type_name(tensor.type)),
              fmt::format("store the data as {}", type_name(type)));
}

void refuse_non_finite(const Tensor& tensor, std::int64_t first, const std::string& where) {
  if (!is_floating_point(tensor.type)) return;
  std::size_t at = 0, count = 0;
  double value = 0;
  if (tensor.type == ElementType::float64) {
    const auto values = tensor.values<double>();
    count = values.size();
    at = first_non_finite(values);
    if (at < count) value = values[at];
  } else {
    const bool plain = tensor.type == ElementType::float32;
    const std::vector<float> converted = plain ? std::vector<float>{} : to_floats(tensor.view());
    const std::span<const float> values = plain ? tensor.values<float>() : std::span<const float>(converted);
    count = values.size();
    at = first_non_finite(values);
    if (at < count) value = static_cast<double>(values[at]);
  }
  if (at == count) return;
  const std::size_t samples = tensor.shape.empty() ? 1 : static_cast<std::size_t>(std::max<std::int64_t>(tensor.shape[0], 1));
  const std::size_t row = std::max<std::size_t>(count / samples, 1);
  throw Error(ErrorKind::input,
              fmt::format("{}: sample {} holds {} at element {}", where, first + static_cast<std::int64_t>(at / row) + 1,
                          std::isnan(value) ? "NaN" : "infinity", at % row),
              "leave the sample out, or fill the gap before");
}

}  // namespace iai
