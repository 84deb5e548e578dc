#include "quantizer/quantize/layer_branches.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "quantizer/graph/edit.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/graph/graph_index.hpp"

namespace iai {
namespace {

std::optional<std::pair<int, int>> integers_of(ElementType type) {
  switch (type) {
    case ElementType::uint8: return std::pair(0, 255);
    case ElementType::int8: return std::pair(-128, 127);
    case ElementType::uint16: return std::pair(0, 65535);
    case ElementType::int16: return std::pair(-32768, 32767);
    default: return std::nullopt;
  }
}

bool is_activation(const onnx::NodeProto& node) { return is_standard(node, "Clip") || elementwise_function(node) != nullptr; }

/// What the integers of a QuantizeLinear can say; nothing where its scale is no constant, or is one for each channel.
std::optional<Range> range_of(const Model& model, const onnx::NodeProto& quantizer) {
  const auto scale = model.initializer(quantizer.input(1));
  const auto zero = quantizer.input_size() > 2 ? model.initializer(quantizer.input(2)) : std::nullopt;
  if (!scale || !zero || scale->size() != 1 || zero->size() != 1 || !integers_of(zero->type)) return std::nullopt;
  const auto [lowest, highest] = *integers_of(zero->type);
  const AffineParameters parameters{to_floats(*scale).front(), static_cast<int>(to_int64s(*zero).front()), lowest, highest};
  return Range{parameters.low(), parameters.high()};
}

/// Grows branches: parts of a quantized model that hang on tensors of the source.
class Grafter {
 public:
  Grafter(const Model& source, const QuantizedModel& quantized) : source_(source), quantized_(quantized), from_(source.graph()), of_(quantized.model.graph()) {
    for (const QuantizedLayer& layer : quantized.layers) read_.insert(layer.inputs.begin(), layer.inputs.end());
  }

  /// The tensors that belong to the layer: its outputs, and those behind it up to a bias and an activation function. The last one is
  /// what the layer is judged by.
  std::vector<std::string> own_tensors(const QuantizedLayer& layer) const {
    const onnx::NodeProto& node = source_.graph().node(layer.node);
    std::vector<std::string> own;
    for (const std::string& output : node.output()) {
      if (!output.empty() && output != layer.result) own.push_back(output);
    }
    own.push_back(layer.result);
    bool added = false;
    for (int user = from_.only_user(own.back()); user >= 0 && !read_.contains(own.back()); user = from_.only_user(own.back())) {
      const onnx::NodeProto& behind = source_.graph().node(user);
      const bool bias = !added && is_standard(behind, "Add") && (source_.has_initializer(behind.input(0)) || source_.has_initializer(behind.input(1)));
      if (!bias && !is_activation(behind)) break;
      own.push_back(behind.output(0));
      if (!bias) break;
      added = true;
    }
    return own;
  }

  /// Appends the nodes between the source's tensors and the last of `own`. @returns the tensor that stands for it.
  std::string grow(const std::vector<std::string>& own, GraphEdit& edit, Model& model) {
    edit_ = &edit;
    model_ = &model;
    own_ = {own.begin(), own.end()};
    grown_.clear();
    stand_ins_.clear();
    const std::string& end = own.back();
    const int dequantizer = read_.contains(end) ? -1 : pair_behind(end);
    std::string made = stand_for(dequantizer >= 0 ? quantized_.model.graph().node(dequantizer).output(0) : end);
    const onnx::NodeProto* quantizer = producer(end) != nullptr ? quantizer_of(*producer(end)) : nullptr;
    if (dequantizer >= 0) quantizer = quantizer_of(quantized_.model.graph().node(dequantizer));
    result_range_ = quantizer == nullptr ? std::nullopt : range_of(quantized_.model, *quantizer);
    return made;
  }
  /// What the integers of the branch's last tensor can say; nothing where it is in float.
  const std::optional<Range>& result_range() const { return result_range_; }

  /// A float tensor behind integers, as the branch grown last reads it.
  struct StandIn {
    std::string tensor;
    std::optional<Range> range;  ///< of the integers
  };
  /// Null where the branch reads the floats, or integers only.
  const StandIn* stand_in(const std::string& tensor) const {
    const auto found = stand_ins_.find(tensor);
    return found == stand_ins_.end() ? nullptr : &found->second;
  }

 private:
  const Model& source_;
  const QuantizedModel& quantized_;
  const GraphIndex from_, of_;
  std::set<std::string> read_;  // by layers, as integers
  std::optional<Range> result_range_;
  GraphEdit* edit_ = nullptr;
  Model* model_ = nullptr;
  std::set<std::string> own_;
  std::map<std::string, std::string> grown_;  // tensor of the quantized model -> of the branch
  std::map<std::string, StandIn> stand_ins_;  // by tensor of the model under work

  const onnx::NodeProto* producer(const std::string& tensor) const {
    const int at = of_.producer(tensor);
    return at < 0 ? nullptr : &quantized_.model.graph().node(at);
  }

  /// QuantizeLinear in front of a DequantizeLinear; null where there is none, as behind weights.
  const onnx::NodeProto* quantizer_of(const onnx::NodeProto& node) const {
    if (node.op_type() != "DequantizeLinear") return nullptr;
    const onnx::NodeProto* before = producer(node.input(0));
    return before != nullptr && before->op_type() == "QuantizeLinear" ? before : nullptr;
  }

  /// The DequantizeLinear through which readers of `tensor` see its integers; -1 where they see floats.
  int pair_behind(const std::string& tensor) const {
    for (const GraphIndex::Use& use : of_.uses(tensor)) {
      const onnx::NodeProto& node = quantized_.model.graph().node(use.node);
      if (node.op_type() != "QuantizeLinear" || use.input != 0) continue;
      for (const GraphIndex::Use& behind : of_.uses(node.output(0))) {
        if (quantized_.model.graph().node(behind.node).op_type() == "DequantizeLinear") return behind.node;
      }
    }
    return -1;
  }

  bool in_source(const std::string& tensor) const { return from_.producer(tensor) >= 0 || from_.is_graph_input(tensor); }

  /// @returns the tensor of the model under work that stands for `tensor` of the quantized one.
  std::string stand_for(const std::string& tensor) {
    if (tensor.empty()) return tensor;
    if (const auto found = grown_.find(tensor); found != grown_.end()) return found->second;
    if (const auto constant = quantized_.model.initializer(tensor)) {
      return grown_[tensor] = edit_->add_initializer(tensor, {constant->type, constant->shape, {constant->bytes.begin(), constant->bytes.end()}});
    }
    const onnx::NodeProto* node = producer(tensor);
    const bool root = in_source(tensor) && !own_.contains(tensor);
    if (node == nullptr || (root && quantizer_of(*node) == nullptr)) return tensor;
    if (!root) return copy(*node, tensor);
    // An output of the model that exists as integers: the quantized model keeps its floats under another name.
    const onnx::NodeProto& quantizer = *quantizer_of(*node);
    grown_[quantizer.input(0)] = tensor;
    return copy(*node, tensor);
  }

  std::string copy(const onnx::NodeProto& node, const std::string& tensor) {
    onnx::NodeProto made = node;
    for (std::string& input : *made.mutable_input()) input = stand_for(std::string(input));
    for (std::string& output : *made.mutable_output()) {
      if (output.empty()) continue;
      const std::string name = edit_->new_name(output);
      grown_[output] = name;
      output = name;
    }
    made.set_name(edit_->new_name(node.name() + "_branch"));
    if (const onnx::NodeProto* quantizer = quantizer_of(node)) {
      const std::string& floats = grown_.contains(quantizer->input(0)) ? grown_.at(quantizer->input(0)) : quantizer->input(0);
      stand_ins_[floats] = {made.output(0), range_of(quantized_.model, *quantizer)};
    }
    edit_->append(std::move(made));
    return grown_.at(tensor);
  }
};

void import_domains(Model& model, const Model& other) {
  for (const onnx::OperatorSetIdProto& set : other.proto.opset_import()) {
    const auto& known = model.proto.opset_import();
    if (std::any_of(known.begin(), known.end(), [&](const auto& own) { return own.domain() == set.domain(); })) continue;
    *model.proto.add_opset_import() = set;
  }
}

int result_axis(const QuantizedLayer& layer) { return layer.op_type == "Conv" || layer.op_type == "ConvTranspose" ? 1 : -1; }

/// Layers that are not in float, by the node behind which their branch can stand.
std::multimap<int, const QuantizedLayer*> by_last_node(const Grafter& grafter, const GraphIndex& index, const std::vector<QuantizedLayer>& layers) {
  std::multimap<int, const QuantizedLayer*> places;
  for (const QuantizedLayer& layer : layers) {
    if (layer.form != "float" && !layer.result.empty()) places.emplace(index.producer(grafter.own_tensors(layer).back()), &layer);
  }
  return places;
}

}  // namespace

BranchedModel with_branches(const Model& source, const QuantizedModel& quantized) {
  BranchedModel made{source, {}};
  import_domains(made.model, quantized.model);
  GraphEdit edit(made.model);
  Grafter grafter(source, quantized);
  const auto places = by_last_node(grafter, GraphIndex(source.graph()), quantized.layers);
  std::map<int, LayerBranch> branches;  // by the layer's node
  for (int i = 0; i < source.graph().node_size(); ++i) {
    edit.append(source.graph().node(i));
    for (auto [place, last] = places.equal_range(i); place != last; ++place) {
      const QuantizedLayer& layer = *place->second;
      const std::string end = grafter.own_tensors(layer).back(), integers = grafter.grow(grafter.own_tensors(layer), edit, made.model);
      LayerBranch& branch = branches[layer.node] = {layer.name, {}};
      for (const std::string& input : layer.inputs) {
        const Grafter::StandIn* made_of = grafter.stand_in(input);
        if (made_of != nullptr) branch.pairs.push_back({BranchPair::Place::input, input, made_of->tensor, layer.input_axis, made_of->range});
      }
      branch.pairs.push_back({BranchPair::Place::result, end, integers, result_axis(layer), grafter.result_range()});
    }
  }
  for (auto& [node, branch] : branches) {
    for (const BranchPair& pair : branch.pairs) made.model.graph().add_output()->set_name(pair.integers);  // else they are dead
    made.branches.push_back(std::move(branch));
  }
  edit.commit();
  return made;
}

}  // namespace iai
