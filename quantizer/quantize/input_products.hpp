#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <onnx/onnx_pb.h>

#include "quantizer/quantize/plan.hpp"
#include "quantizer/quantize/range.hpp"

namespace iai {

/// How the inputs of a quantized operator go together: sums, over the positions at which it multiplies, of x_i * x_j for all
/// pairs of inputs of one output. The inputs are the integers that it will see, less their zero point, and the sums stay below 2^53, so they are exact:
/// neither the order of the samples nor threads change a bit.
class InputProducts {
 public:
  /// Inputs of one output and groups that this is made for: the memory is groups * inputs^2 * 8 bytes.
  static constexpr std::size_t most_inputs = 1152;

  /// @param shape      of the weight, as plan.linear has it
  /// @param positions  about so many are there in all samples together; of more than `most_positions` a part is taken
  InputProducts(const LinearNode& linear, const onnx::NodeProto& node, std::vector<std::int64_t> shape, const AffineParameters& input, std::int64_t positions);

  /// Does the operator have a form that is known here, small enough?
  static bool possible(const LinearNode& linear, const onnx::NodeProto& node, std::span<const std::int64_t> shape);

  /// One sample's input. Tensors whose shape does not fit are left out.
  void add(const Tensor& values);

  std::size_t inputs() const { return inputs_; }
  std::size_t groups() const { return groups_; }
  /// Products [inputs, inputs] of one group of channels, in units of the input's scale; the lower half is filled.
  std::span<const double> of_group(std::size_t group) const { return std::span(sums_).subspan(group * inputs_ * inputs_, inputs_ * inputs_); }
  std::int64_t positions() const { return seen_; }

 private:
  static constexpr std::int64_t most_positions = 8192;
  struct Window {
    std::vector<std::int64_t> kernel, strides, dilations, pads;
  };
  bool image_;
  int input_axis_;
  AffineParameters parameters_;
  std::size_t inputs_ = 0, groups_ = 1;
  std::int64_t step_, seen_ = 0;
  Window window_;
  std::vector<double> sums_, one_;

  void add_rows(std::span<const std::int32_t> integers, std::int64_t offset);
  void add_windows(std::span<const std::int32_t> integers, std::span<const std::int64_t> shape, std::int64_t offset);
  void gather(std::span<const std::int32_t> integers, std::span<const std::int64_t> shape, std::span<const std::int64_t> corner, std::int64_t first_channel);
  void add_products(std::size_t group);
};

}  // namespace iai
