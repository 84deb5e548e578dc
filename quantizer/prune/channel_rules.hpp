#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "quantizer/graph/known_shapes.hpp"
#include "quantizer/prune/channel_map.hpp"

namespace iai {

/// Follows channels through the graph, operator by operator, and fills a ChannelMap. An operator without a rule, or one
/// whose case is not covered, pins the channels that reach it; what it makes is not followed.
class ChannelRules {
 public:
  ChannelRules(const Model& model, const std::vector<std::string>& exclude, ChannelMap& map);
  void follow();

 private:
  using Track = ChannelMap::Track;
  using Units = ChannelMap::Units;

  void visit(int index, const onnx::NodeProto& node);
  bool follow_layer(int index, const onnx::NodeProto& node);
  bool follow_plain(int index, const onnx::NodeProto& node);

  bool convolution(int index, const onnx::NodeProto& node);
  bool depthwise(int index, const onnx::NodeProto& node, const Track* input);
  bool transposed_convolution(int index, const onnx::NodeProto& node);
  bool gemm(int index, const onnx::NodeProto& node);
  bool product(int index, const onnx::NodeProto& node);
  bool element_wise(const onnx::NodeProto& node);
  bool normalisation(const onnx::NodeProto& node);
  bool same_axis(const onnx::NodeProto& node);
  bool over_other_axis(const onnx::NodeProto& node, std::int64_t axis);
  bool reshape(int index, const onnx::NodeProto& node);
  bool flatten(const onnx::NodeProto& node);
  bool move_axes(const onnx::NodeProto& node);
  bool reduce(const onnx::NodeProto& node);
  bool gather(const onnx::NodeProto& node);
  bool concat(const onnx::NodeProto& node);
  bool resize(const onnx::NodeProto& node);
  bool pad(const onnx::NodeProto& node);
  bool cut(const onnx::NodeProto& node);
  bool merge_axes(const onnx::NodeProto& node, int axis);

  const Track* track(const std::string& tensor) const;
  const Track* input_track(const onnx::NodeProto& node, int position) const;
  void set_track(const std::string& tensor, int axis, Units units);
  void pin_inputs(const onnx::NodeProto& node, const std::string& reason);
  /// Makes the units of a layer's output and slices its weights and its bias, which has one value a channel.
  Units produce(int index, const onnx::NodeProto& node, int axis, std::int64_t channels);
  /// Slices the weights along the axis of the channels that the layer reads; none when they are not followed.
  void consume(int index, const onnx::NodeProto& node, int axis, const Track* input);
  /// Channels that are not followed reach weights that others read too: all rows stay.
  void keep_rows(const onnx::NodeProto& node, int axis);
  /// The bias of the node, where a change of the mean of its inputs can be added to it exactly.
  std::string bias_for_means(const onnx::NodeProto& node) const;
  bool is_weight(const onnx::NodeProto& node, int position, std::size_t rank) const;
  /// Slices an initializer and counts the use as understood.
  void slice(const onnx::NodeProto& node, int position, int axis, const Units& units);
  /// Constant integers of an input or of the attribute that older operator sets have. Nothing when they are not constant.
  std::optional<std::vector<std::int64_t>> integers(const onnx::NodeProto& node, int position, const std::string& attribute) const;

  const Model& model_;
  const std::vector<std::string>& exclude_;
  ChannelMap& map_;
  GraphIndex index_;
  KnownShapes shapes_;
  std::unordered_map<std::string, Track> tracks_;
  std::unordered_map<std::string, std::set<std::pair<const onnx::NodeProto*, int>>> understood_;  ///< uses of initializers that were sliced
};

}  // namespace iai
