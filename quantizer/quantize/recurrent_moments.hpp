#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "formats/tensor.hpp"

namespace iai {

/// How the inputs of an LSTM, GRU or RNN and the state that it had a step before go together: sums over the steps of all samples, in the
/// order in which they are added. Each direction has its own; z = (x, h), `inputs` + `hidden` long.
class RecurrentMoments {
 public:
  /// Inputs and state together that this is made for: the memory is directions * (inputs + hidden)^2 * 8 bytes.
  static constexpr std::int64_t most_inputs = 1536;

  /// @param samples  so many will be added; of more steps than `most_steps` in all a part is taken
  RecurrentMoments(const onnx::NodeProto& node, std::int64_t directions, std::int64_t inputs, std::int64_t hidden, std::int64_t samples);

  /// @param x       [steps, batch, inputs], with layout 1 [batch, steps, inputs]
  /// @param states  output Y: [steps, directions, batch, hidden], with layout 1 [batch, steps, directions, hidden]
  /// Tensors of other shapes are left out. The state before the first step counts as 0.
  void add(const TensorView& x, const TensorView& states);

  std::size_t inputs() const { return inputs_; }
  std::size_t hidden() const { return hidden_; }
  /// Mean of z.
  std::vector<double> means(std::size_t direction) const;
  enum class Coupling {
    together,  ///< covariance of z
    apart,     ///< that of x and that of h, as if the two knew nothing of each other
    /// likewise, but of h the products as they are: its mean is not taken from a bias
    apart_raw_state,
  };
  /// [z, z], lower half.
  std::vector<double> products(std::size_t direction, Coupling coupling) const;
  bool empty() const { return seen_ == 0; }

 private:
  static constexpr std::int64_t most_steps = 8192;
  std::size_t directions_, inputs_, hidden_;
  bool batch_first_, reverse_;
  std::int64_t samples_, step_ = 0, place_ = 0, seen_ = 0;
  std::vector<double> sums_, products_, z_;  // [directions, z], [directions, z, z]

  void add_step(std::size_t direction);
};

/// By name of the operator.
using RecurrentMomentsByOperator = std::map<std::string, RecurrentMoments>;

}  // namespace iai
