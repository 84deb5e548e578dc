#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// Element types, with the numbers of ONNX TensorProto.DataType.
enum class ElementType : int {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
};

/// "float32", "int8", ...; "type 17" for numbers without a name here.
std::string type_name(ElementType type);
/// Bytes of one element; 0 for string and types that do not fill whole bytes.
std::size_t element_size(ElementType type);
/// Bytes that `count` elements take in a file, types that do not fill whole bytes (int4, float4, int2) and those without
/// a name here (float8, complex) included; nothing for strings and unknown types.
/// @source onnx.proto, TensorProto.raw_data
std::optional<std::uint64_t> stored_bytes(ElementType type, std::int64_t count);
/// Product of the dimensions (1 for a scalar). @throws Error(input) when a dimension is negative or the product overflows.
std::int64_t element_count(std::span<const std::int64_t> shape);
/// "[100, 14, 30]"
std::string shape_text(std::span<const std::int64_t> shape);

template <class T>
constexpr ElementType element_type_of() {
  if constexpr (std::is_same_v<T, float>) return ElementType::float32;
  else if constexpr (std::is_same_v<T, double>) return ElementType::float64;
  else if constexpr (std::is_same_v<T, std::uint8_t>) return ElementType::uint8;
  else if constexpr (std::is_same_v<T, std::int8_t>) return ElementType::int8;
  else if constexpr (std::is_same_v<T, std::uint16_t>) return ElementType::uint16;
  else if constexpr (std::is_same_v<T, std::int16_t>) return ElementType::int16;
  else if constexpr (std::is_same_v<T, std::uint32_t>) return ElementType::uint32;
  else if constexpr (std::is_same_v<T, std::int32_t>) return ElementType::int32;
  else if constexpr (std::is_same_v<T, std::uint64_t>) return ElementType::uint64;
  else if constexpr (std::is_same_v<T, std::int64_t>) return ElementType::int64;
  else static_assert(sizeof(T) == 0, "no element type");
}

/// Row-major little-endian elements that somebody else owns (a memory map, another Tensor).
struct TensorView {
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  ///< may be unaligned: read with values_of or memcpy

  std::int64_t size() const { return element_count(shape); }
};

/// Row-major little-endian elements, owned.
struct Tensor {
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  std::int64_t size() const { return element_count(shape); }
  TensorView view() const { return {type, shape, bytes}; }

  /// The elements in place. T must be the C++ type of `type` (unchecked); vector storage is aligned for every T.
  template <class T>
  std::span<T> values() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> values() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

/// The elements of a float32 tensor whose bytes are aligned for them, as a runtime's results are.
std::span<const float> aligned_floats(const TensorView& view);

/// How row-major elements lie around one axis of their shape: sizes before it, along it and behind it, multiplied.
struct AxisLayout {
  std::size_t outer = 1, channels = 1, inner = 1;
  /// The position along the axis of the element at index `i`.
  std::size_t channel(std::size_t i) const { return i / inner % channels; }
};
/// @param axis  0 to rank - 1
AxisLayout axis_layout(std::span<const std::int64_t> shape, int axis);

/// A tensor of `shape` holding a copy of `values`.
template <class T>
Tensor make_tensor(std::vector<std::int64_t> shape, std::span<const T> values) {
  Tensor tensor{element_type_of<T>(), std::move(shape), std::vector<std::byte>(values.size_bytes())};
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), values.size_bytes());
  return tensor;
}

/// A copy of the elements of a float32, float64, float16, bfloat16, boolean or integer tensor, each converted with
/// static_cast (float16 and bfloat16 exactly). @throws Error(input) for string and packed types.
std::vector<float> to_floats(const TensorView& view);
std::vector<double> to_doubles(const TensorView& view);
std::vector<std::int64_t> to_int64s(const TensorView& view);

/// IEEE 754 binary16 and bfloat16 conversions, round to nearest even; overflow becomes infinity.
std::uint16_t float_to_half(float value);
float half_to_float(std::uint16_t bits);
std::uint16_t float_to_bfloat16(float value);
float bfloat16_to_float(std::uint16_t bits);

/// A tensor with the name of the model input, the file or the archive entry that it belongs to.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

}  // namespace iai
