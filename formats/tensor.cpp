#include "formats/tensor.hpp"

#include <bit>
#include <limits>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {

std::string type_name(ElementType type) {
  switch (type) {
    case ElementType::undefined: return "undefined";
    case ElementType::float32: return "float32";
    case ElementType::uint8: return "uint8";
    case ElementType::int8: return "int8";
    case ElementType::uint16: return "uint16";
    case ElementType::int16: return "int16";
    case ElementType::int32: return "int32";
    case ElementType::int64: return "int64";
    case ElementType::string: return "string";
    case ElementType::boolean: return "boolean";
    case ElementType::float16: return "float16";
    case ElementType::float64: return "float64";
    case ElementType::uint32: return "uint32";
    case ElementType::uint64: return "uint64";
    case ElementType::bfloat16: return "bfloat16";
  }
  return fmt::format("type {}", static_cast<int>(type));
}

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::uint8:
    case ElementType::int8:
    case ElementType::boolean: return 1;
    case ElementType::uint16:
    case ElementType::int16:
    case ElementType::float16:
    case ElementType::bfloat16: return 2;
    case ElementType::float32:
    case ElementType::int32:
    case ElementType::uint32: return 4;
    case ElementType::int64:
    case ElementType::float64:
    case ElementType::uint64: return 8;
    case ElementType::undefined:
    case ElementType::string: return 0;
  }
  return 0;
}

std::optional<std::uint64_t> stored_bytes(ElementType type, std::int64_t count) {
  const auto elements = static_cast<std::uint64_t>(count);
  if (const std::size_t size = element_size(type); size != 0) {
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(elements, std::uint64_t{size}, &bytes)) return std::nullopt;
    return bytes;
  }
  switch (static_cast<int>(type)) {
    case 14: return elements <= (~std::uint64_t{0} >> 4) ? std::optional(elements * 8) : std::nullopt;   // complex64
    case 15: return elements <= (~std::uint64_t{0} >> 4) ? std::optional(elements * 16) : std::nullopt;  // complex128
    case 17:
    case 18:
    case 19:
    case 20:
    case 24: return elements;  // float8 in its five forms
    case 21:
    case 22:
    case 23: return elements / 2 + elements % 2;  // uint4, int4, float4
    case 25:
    case 26: return elements / 4 + (elements % 4 != 0 ? 1 : 0);  // uint2, int2
    default: return std::nullopt;
  }
}

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) throw Error(ErrorKind::input, fmt::format("shape {} has a negative dimension", shape_text(shape)));
    if (dimension == 0) empty = true;
    // A zero anywhere makes the product zero, but the other dimensions must still be sane together.
    else if (__builtin_mul_overflow(count, dimension, &count)) throw Error(ErrorKind::input, fmt::format("shape {} has too many elements", shape_text(shape)));
  }
  return empty ? 0 : count;
}

std::span<const float> aligned_floats(const TensorView& view) { return {reinterpret_cast<const float*>(view.bytes.data()), view.bytes.size() / sizeof(float)}; }

AxisLayout axis_layout(std::span<const std::int64_t> shape, int axis) {
  AxisLayout layout;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const int at = static_cast<int>(i);
    std::size_t& part = at < axis ? layout.outer : at > axis ? layout.inner : layout.channels;
    part *= static_cast<std::size_t>(shape[i]);
  }
  return layout;
}

std::string shape_text(std::span<const std::int64_t> shape) { return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", ")); }

std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x1ffu));
  // 65520 is the midpoint between the largest half and the next power; the tie goes to the even one, infinity.
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
  std::uint32_t kept = 0, rest = 0, half = 0;
  if (magnitude >= 0x38800000u) {
    const std::uint32_t rebased = magnitude - (112u << 23);
    kept = rebased >> 13;
    rest = rebased & 0x1fffu;
    half = 0x1000u;
  } else {
    const std::uint32_t exponent = magnitude >> 23;
    if (exponent < 102) return sign;  // below half of the smallest subnormal
    const std::uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    const std::uint32_t shift = 126 - exponent;
    kept = mantissa >> shift;
    rest = mantissa & ((1u << shift) - 1);
    half = 1u << (shift - 1);
  }
  if (rest > half || (rest == half && (kept & 1u) != 0)) ++kept;
  return static_cast<std::uint16_t>(sign | kept);
}

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fu;
  const std::uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0) {
    const float value = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

std::uint16_t float_to_bfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  // Rounding a NaN could carry it into infinity: keep it quiet instead.
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

float bfloat16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

namespace {

template <class From, class To, class Convert>
void convert_elements(std::span<const std::byte> bytes, std::vector<To>& result, Convert convert) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    result[i] = static_cast<To>(convert(value));  // NOLINT(bugprone-signed-char-misuse): an int8 keeps its sign
  }
}

template <class From, class To>
void convert_plain(std::span<const std::byte> bytes, std::vector<To>& result) {
  convert_elements<From>(bytes, result, [](From value) { return value; });
}

template <class To>
std::vector<To> convert(const TensorView& view) {
  const std::size_t size = element_size(view.type);
  if (size == 0) throw Error(ErrorKind::input, fmt::format("a tensor of {} holds no numbers", type_name(view.type)));
  const auto count = static_cast<std::size_t>(view.size());
  if (view.bytes.size() / size < count)
    throw Error(ErrorKind::input, fmt::format("a tensor of shape {} {} holds only {} bytes", shape_text(view.shape), type_name(view.type), view.bytes.size()));
  std::vector<To> result(count);
  switch (view.type) {
    case ElementType::float32: convert_plain<float>(view.bytes, result); break;
    case ElementType::float64: convert_plain<double>(view.bytes, result); break;
    case ElementType::float16: convert_elements<std::uint16_t>(view.bytes, result, half_to_float); break;
    case ElementType::bfloat16: convert_elements<std::uint16_t>(view.bytes, result, bfloat16_to_float); break;
    case ElementType::boolean:
    case ElementType::uint8: convert_plain<std::uint8_t>(view.bytes, result); break;
    case ElementType::int8: convert_plain<std::int8_t>(view.bytes, result); break;
    case ElementType::uint16: convert_plain<std::uint16_t>(view.bytes, result); break;
    case ElementType::int16: convert_plain<std::int16_t>(view.bytes, result); break;
    case ElementType::uint32: convert_plain<std::uint32_t>(view.bytes, result); break;
    case ElementType::int32: convert_plain<std::int32_t>(view.bytes, result); break;
    case ElementType::uint64: convert_plain<std::uint64_t>(view.bytes, result); break;
    case ElementType::int64: convert_plain<std::int64_t>(view.bytes, result); break;
    default: break;
  }
  return result;
}

}  // namespace

std::vector<float> to_floats(const TensorView& view) { return convert<float>(view); }
std::vector<double> to_doubles(const TensorView& view) { return convert<double>(view); }
std::vector<std::int64_t> to_int64s(const TensorView& view) { return convert<std::int64_t>(view); }

}  // namespace iai
