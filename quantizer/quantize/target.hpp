#pragma once

#include <optional>
#include <string_view>

#include "formats/tensor.hpp"

namespace iai {

/// The machine or runtime that an int8 model is made for.
enum class Target {
  generic,   ///< ONNX Runtime on any CPU: the full range of int8
  cpu_vnni,  ///< x86-64 with AVX512-VNNI or AVX-VNNI: sums of products are 32 bits wide, so the full range too
  cpu_avx2,  ///< x86-64 without: see quantizer/quantize/saturation.hpp
  arm,       ///< ARM64 with dot products: signed activations, as its instruction multiplies them
  tensorrt,  ///< zero points must be 0; biases in float
  openvino,  ///< biases in float, which it folds into its own operators
  qnn,       ///< Qualcomm's NPU: one scale for the weights of Gemm and MatMul
};
/// "generic", "cpu-vnni", "cpu-avx2", "arm", "tensorrt", "openvino", "qnn".
std::optional<Target> target_named(std::string_view name);

/// The integers that activations become.
struct ActivationScheme {
  int lowest = 0, highest = 255;
  bool symmetric = false;  ///< zero point 0
  ElementType type() const;
};
/// 16 bits, for operators that need them.
constexpr ActivationScheme wide_activations{0, 65535, false};

/// What a target wants.
struct TargetForm {
  ActivationScheme activations;
  bool integer_bias = true;   ///< int32 at scale input * weight; else biases stay float32
  bool wide = true;           ///< has 16-bit activations
  bool column_scales = true;  ///< weights of Gemm and MatMul have a scale for each column; else one for all
};
/// @source ONNX Runtime, documentation of quantization (data types by machine) and MLAS; NVIDIA, TensorRT documentation, "Working
/// with Quantized Types" and "Explicit Quantization": activations -128 to 127, weights -127 to 127, zero point 0, no 16-bit integers; ONNX Runtime,
/// documentation and quant_config.py of the QNN execution provider: uint8 activations, scales for channels with convolutions only
TargetForm form_of(Target target);

}  // namespace iai
