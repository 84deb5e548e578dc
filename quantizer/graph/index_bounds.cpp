#include "quantizer/graph/index_bounds.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/known_shapes.hpp"

namespace iai {
namespace {

/// Operators whose output holds the values of input 0, or of all inputs (Concat), and no others.
bool keeps_values(const onnx::NodeProto& node) {
  static constexpr std::array<std::string_view, 12> types{"Cast",  "Reshape", "Unsqueeze", "Squeeze", "Transpose", "Flatten",
                                                          "Slice", "Split",   "Identity",  "Expand",  "Tile",      "Concat"};
  return std::any_of(types.begin(), types.end(), [&](std::string_view type) { return is_standard(node, type); });
}

class Bounds {
 public:
  explicit Bounds(const Model& model) : model_(model), shapes_(model) {}

  std::map<std::string, std::int64_t> find() {
    for (const onnx::ValueInfoProto& input : model_.graph().input()) {
      if (!model_.has_initializer(input.name())) from_[input.name()] = {input.name()};
    }
    for (const onnx::NodeProto& node : model_.graph().node()) {  // in the order of the graph, so what a node reads is known
      if (keeps_values(node)) pass(node);
      else bound(node);
    }
    return std::move(bounds_);
  }

 private:
  const Model& model_;
  const KnownShapes shapes_;
  std::map<std::string, std::set<std::string>> from_;  // tensor -> inputs whose values it holds
  std::map<std::string, std::int64_t> bounds_;

  void pass(const onnx::NodeProto& node) {
    const int last = is_standard(node, "Concat") ? node.input_size() : std::min(node.input_size(), 1);
    for (int i = 0; i < last; ++i) {
      const auto found = from_.find(node.input(i));
      if (found == from_.end()) continue;
      const std::set<std::string> inputs = found->second;
      for (const std::string& output : node.output()) from_[output].insert(inputs.begin(), inputs.end());
    }
  }

  void bound(const onnx::NodeProto& node) {
    if ((is_standard(node, "Gather") || is_standard(node, "GatherElements")) && node.input_size() > 1) {
      const KnownShapes::Shape* table = shapes_.input(node, 0);
      if (table == nullptr || table->empty()) return;
      const auto rank = static_cast<std::int64_t>(table->size());
      const std::int64_t axis = int_attribute(node, "axis", 0);
      if (axis < -rank || axis >= rank) return;
      return set(node.input(1), (*table)[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)]);
    }
    if (!is_standard(node, "OneHot") || node.input_size() < 2) return;
    const auto depth = model_.initializer(node.input(1));
    if (depth && depth->size() == 1) set(node.input(0), to_int64s(*depth)[0]);
  }

  void set(const std::string& indices, std::int64_t rows) {
    const auto found = from_.find(indices);
    if (found == from_.end() || rows < 1) return;
    for (const std::string& input : found->second) {
      const auto [known, added] = bounds_.emplace(input, rows);
      if (!added) known->second = std::min(known->second, rows);
    }
  }
};

}  // namespace

std::map<std::string, std::int64_t> index_bounds(const Model& model) { return Bounds(model).find(); }

}  // namespace iai
