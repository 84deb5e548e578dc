#include "quantizer/quantize/equalize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "quantizer/graph/fold.hpp"

namespace iai {
namespace {

/// A constant that has one slice a channel.
struct ScaledConstant {
  std::string name;
  std::size_t axis = 0;
  std::int64_t groups = 1;  ///< a grouped Conv that reads: its weight has channels / groups slices along `axis`
};

/// Where the channels of one tensor can be scaled.
struct ScalingPlace {
  std::int64_t channels = 0;
  std::vector<ScaledConstant> made_by, read_by;
};

class PlaceFinder {
 public:
  PlaceFinder(const Model& model, const QuantizationPlan& plan) : model_(model), index_(model.graph()) {
    for (const LinearNode& linear : plan.linear) linear_[linear.node] = &linear;
  }

  std::optional<ScalingPlace> find(const std::string& tensor) const {
    ScalingPlace place;
    if (index_.is_graph_output(tensor) || !find_readers(tensor, place) || !find_makers(tensor, place)) return std::nullopt;
    return place;
  }

 private:
  const Model& model_;
  const GraphIndex index_;
  std::map<int, const LinearNode*> linear_;
  mutable bool image_ = false;    // channels lie along axis 1, in front of positions; else along the last one
  mutable std::size_t rank_ = 0;  // of an image

  /// A float32 constant that nothing else reads.
  bool is_own(const std::string& name) const {
    return model_.has_initializer(name) && !index_.is_graph_input(name) && !index_.is_graph_output(name) && index_.uses(name).size() == 1 &&
           model_.initializer(name)->type == ElementType::float32;
  }
  std::vector<std::int64_t> shape_of(const std::string& name) const { return model_.initializer(name)->shape; }

  bool find_readers(const std::string& tensor, ScalingPlace& place) const {
    bool first = true;
    for (const GraphIndex::Use& use : index_.uses(tensor)) {
      const auto found = linear_.find(use.node);
      if (use.input != 0 || found == linear_.end() || found->second->weight.empty()) return false;
      const LinearNode& linear = *found->second;
      const std::vector<std::int64_t> shape = is_own(linear.weight) ? shape_of(linear.weight) : std::vector<std::int64_t>();
      const bool image = linear.op_type == "Conv";
      if ((!image && shape.size() != 2) || shape.size() < 2 || linear.op_type == "ConvTranspose" || linear.input_axis == 0) return false;
      ScaledConstant weight{linear.weight, image || linear.axis == 0 ? 1U : 0U, 1};
      if (image) weight.groups = int_attribute(model_.graph().node(use.node), "group", 1);
      const std::int64_t channels = shape[weight.axis] * weight.groups;
      if (!first && (channels != place.channels || image != image_ || (image && shape.size() != rank_))) return false;
      first = false;
      image_ = image;
      rank_ = shape.size();
      place.channels = channels;
      place.read_by.push_back(std::move(weight));
    }
    return !first && place.channels > 1;
  }

  /// Has the constant one number a channel, where a tensor of this layout broadcasts it?
  std::optional<ScaledConstant> constant_of(const std::string& name, std::int64_t channels) const {
    if (!is_own(name)) return std::nullopt;
    const std::vector<std::int64_t> shape = shape_of(name);
    if (element_count(shape) != channels) return std::nullopt;
    if (image_ && shape.size() > rank_) return std::nullopt;
    const std::size_t from_end = image_ ? rank_ - 1 : 1;
    if (shape.size() < from_end || shape[shape.size() - from_end] != channels) return std::nullopt;
    return ScaledConstant{name, shape.size() - from_end, 1};
  }

  /// Walks up from `tensor` to what can take the scales in.
  bool find_makers(std::string tensor, ScalingPlace& place) const {
    for (int at = index_.producer(tensor); at >= 0; at = index_.producer(tensor)) {
      const onnx::NodeProto& node = model_.graph().node(at);
      if (node.output_size() != 1) return false;
      if (is_standard(node, "Relu") || is_standard(node, "LeakyRelu") || (image_ && is_standard(node, "MaxPool"))) {
        tensor = node.input(0);
      } else if (is_standard(node, "Add") || is_standard(node, "Mul")) {
        const int side = model_.has_initializer(node.input(1)) ? 1 : 0;
        const auto constant = constant_of(node.input(side), place.channels);
        if (!constant) return false;
        place.made_by.push_back(*constant);
        if (node.op_type() == "Mul") return true;
        tensor = node.input(1 - side);
      } else {
        return end_at(node, place);
      }
      if (index_.only_user(tensor) != at) return false;
    }
    return false;
  }

  bool end_at(const onnx::NodeProto& node, ScalingPlace& place) const {
    const bool gemm = is_standard(node, "Gemm"), conv = is_standard(node, "Conv");
    if (is_standard(node, "LayerNormalization")) {
      for (int i = 1; i < node.input_size(); ++i) {
        const auto constant = image_ ? std::nullopt : constant_of(node.input(i), place.channels);
        if (!constant) return false;
        place.made_by.push_back(*constant);
      }
      return node.input_size() > 1;
    }
    if (conv != image_ || !(conv || gemm || is_standard(node, "MatMul")) || node.input_size() < 2 || !is_own(node.input(1))) return false;
    const std::vector<std::int64_t> shape = shape_of(node.input(1));
    if (conv ? shape.size() != rank_ : shape.size() != 2) return false;
    const std::size_t axis = conv || (gemm && int_attribute(node, "transB", 0) != 0) ? 0 : 1;
    if (shape[axis] != place.channels) return false;
    place.made_by.push_back({node.input(1), axis, 1});
    if (node.input_size() < 3 || node.input(2).empty()) return true;
    if (!is_own(node.input(2)) || element_count(shape_of(node.input(2))) != place.channels || shape_of(node.input(2)).back() != place.channels) return false;
    place.made_by.push_back({node.input(2), shape_of(node.input(2)).size() - 1, 1});
    return true;
  }
};

/// Calls visit(channel, value) for the elements of a constant.
template <class Values, class Visit>
void for_each_channel(const ScaledConstant& constant, const std::vector<std::int64_t>& shape, Values values, Visit visit) {
  std::int64_t inner = 1;
  for (std::size_t i = constant.axis + 1; i < shape.size(); ++i) inner *= shape[i];
  const std::int64_t slices = shape[constant.axis], filters = shape[0] / constant.groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t group = constant.groups == 1 ? 0 : at / inner / slices / filters;
    visit(static_cast<std::size_t>(group * slices + at / inner % slices), values[i]);
  }
}

void scale(Model& model, const ScaledConstant& constant, const std::vector<int>& exponents, int sign) {
  const TensorView view = *model.initializer(constant.name);
  Tensor tensor{view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
  for_each_channel(constant, tensor.shape, tensor.values<float>(), [&](std::size_t c, float& value) { value = std::ldexp(value, sign * exponents[c]); });
  model.set_initializer(constant.name, std::move(tensor));
}

/// Tensors that plan.linear read, each once.
std::vector<std::string> inputs_of(const QuantizationPlan& plan) {
  std::vector<std::string> tensors;
  for (const LinearNode& linear : plan.linear) {
    if (std::find(tensors.begin(), tensors.end(), linear.input) == tensors.end()) tensors.push_back(linear.input);
  }
  return tensors;
}

}  // namespace

ChannelExponents choose_exponents(const Model& model, const QuantizationPlan& plan, const std::map<std::string, TensorStatistics>& statistics) {
  constexpr int largest_exponent = 8;
  const PlaceFinder finder(model, plan);
  ChannelExponents chosen;
  for (const std::string& tensor : inputs_of(plan)) {
    const auto place = finder.find(tensor);
    const auto seen = statistics.find(tensor);
    if (!place || seen == statistics.end() || static_cast<std::int64_t>(seen->second.channel_magnitudes.size()) != place->channels) continue;
    std::vector<float> weights(static_cast<std::size_t>(place->channels));
    for (const ScaledConstant& constant : place->read_by) {
      const TensorView view = *model.initializer(constant.name);
      for_each_channel(constant, view.shape, to_floats(view), [&](std::size_t c, float value) { weights[c] = std::max(weights[c], std::abs(value)); });
    }
    std::vector<double> wanted(weights.size()), known;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const auto magnitude = static_cast<double>(seen->second.channel_magnitudes[c]), weight = static_cast<double>(weights[c]);
      if (!(magnitude > 0) || !(weight > 0) || !std::isfinite(weight)) continue;
      wanted[c] = (std::log2(magnitude) - std::log2(weight)) / 2;
      known.push_back(wanted[c]);
    }
    if (known.empty()) continue;
    std::nth_element(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2), known.end());
    const double middle = known[known.size() / 2];
    std::vector<int> exponents(weights.size());
    for (std::size_t c = 0; c < weights.size(); ++c) {
      if (!(seen->second.channel_magnitudes[c] > 0) || !(weights[c] > 0)) continue;
      exponents[c] = std::clamp(static_cast<int>(std::lround(wanted[c] - middle)), -largest_exponent, largest_exponent);
    }
    if (std::any_of(exponents.begin(), exponents.end(), [](int exponent) { return exponent != 0; })) chosen[tensor] = std::move(exponents);
  }
  return chosen;
}

void apply_exponents(Model& model, const QuantizationPlan& plan, const ChannelExponents& exponents) {
  const PlaceFinder finder(model, plan);
  std::map<std::string, ScalingPlace> places;
  for (const auto& [tensor, wanted] : exponents) {
    const auto place = finder.find(tensor);
    if (!place || static_cast<std::int64_t>(wanted.size()) != place->channels) {
      throw Error(ErrorKind::input, fmt::format("the channels of tensor '{}' cannot be scaled by {} exponents", tensor, wanted.size()),
                  "leave its channel_exponents out, or calibrate the model again");
    }
    places.emplace(tensor, *place);
  }
  for (const auto& [tensor, place] : places) {
    for (const ScaledConstant& constant : place.made_by) scale(model, constant, exponents.at(tensor), -1);
    for (const ScaledConstant& constant : place.read_by) scale(model, constant, exponents.at(tensor), 1);
  }
}

}  // namespace iai
