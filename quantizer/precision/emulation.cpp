#include "quantizer/precision/emulation.hpp"

#include <algorithm>

#include "quantizer/graph/edit.hpp"

namespace iai {
namespace {

Tensor widened(const TensorView& tensor) { return make_tensor<float>(tensor.shape, to_floats(tensor)); }

bool holds(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

/// Casts `tensor` to the type and back. @returns the name of what comes back
std::string add_rounding(GraphEdit& edit, const std::string& tensor, ElementType type) {
  const std::string narrow = edit.add_node("Cast", {tensor}, tensor + "_narrow");
  set_attribute(edit.last(), "to", static_cast<int>(type));
  std::string wide = edit.add_node("Cast", {narrow}, tensor + "_rounded");
  set_attribute(edit.last(), "to", static_cast<int>(ElementType::float32));
  return wide;
}

/// What the operator at `node` is among `operators`, which are in the order of the graph; null: none of them.
const FloatOperator* operator_at(std::span<const FloatOperator> operators, int node) {
  const auto found = std::lower_bound(operators.begin(), operators.end(), node, [](const FloatOperator& one, int at) { return one.node < at; });
  return found != operators.end() && found->node == node ? &*found : nullptr;
}

class Emulator {
 public:
  Emulator(const Model& source, std::span<const FloatOperator> operators, const Model& lowered, ElementType type)
      : source_(source), operators_(operators), type_(type), made_(source), edit_(made_) {
    for (const onnx::TensorProto& weight : lowered.graph().initializer()) {
      const auto before = source.initializer(weight.name());
      if (weight.data_type() != static_cast<int>(type) || !before || before->type != ElementType::float32) continue;
      made_.set_initializer(weight.name(), widened(*lowered.initializer(weight.name())));
      rounded_[weight.name()] = weight.name();
    }
  }

  Model make() {
    for (int at = 0; at < source_.graph().node_size(); ++at) {
      onnx::NodeProto node = source_.graph().node(at);
      const FloatOperator* how = operator_at(operators_, at);
      if (how == nullptr || !how->reduced()) edit_.append(std::move(node));
      else write_reduced(*how, std::move(node));
    }
    edit_.commit();
    return std::move(made_);
  }

 private:
  const Model& source_;
  const std::span<const FloatOperator> operators_;
  const ElementType type_;
  Model made_;
  GraphEdit edit_;
  std::map<std::string, std::string> rounded_;  // tensor -> the one that holds it rounded

  void write_reduced(const FloatOperator& how, onnx::NodeProto node) {
    for (std::string& input : *node.mutable_input()) {
      if (!holds(how.inputs, input) && !holds(how.weights, input)) continue;
      if (!rounded_.contains(input)) rounded_[input] = add_rounding(edit_, input, type_);
      input = rounded_.at(input);
    }
    std::map<std::string, std::string> exact;  // tensor -> what the operator itself makes
    for (std::string& output : *node.mutable_output()) {
      if (!holds(how.outputs, output)) continue;
      exact[output] = edit_.new_name(output + "_exact");
      output = exact.at(output);
    }
    edit_.append(std::move(node));
    for (const auto& [tensor, made] : exact) {
      add_rounding(edit_, made, type_);
      edit_.last().set_output(0, tensor);  // so everybody reads it rounded, graph outputs too
      rounded_[tensor] = tensor;
    }
  }
};

class TwinWriter {
 public:
  TwinWriter(const Model& source, const PrecisionOptions& options) : source_(source), options_(options), made_{source, {}}, edit_(made_.model) {}

  ModelWithTwins write(std::span<const FloatOperator> operators) {
    for (int at = 0; at < source_.graph().node_size(); ++at) {
      edit_.append(source_.graph().node(at));
      if (const FloatOperator* how = operator_at(operators, at)) write_twin(*how);
    }
    for (const auto& [tensor, twin] : made_.twins) {  // so that they are not dead
      onnx::ValueInfoProto& output = *made_.model.graph().add_output();
      output.set_name(twin);
      output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    }
    edit_.commit();
    return std::move(made_);
  }

 private:
  const Model& source_;
  const PrecisionOptions& options_;
  ModelWithTwins made_;
  GraphEdit edit_;
  std::map<std::string, std::string> rounded_;  // tensor -> the one that holds it rounded

  bool is_rounded(const FloatOperator& how, const std::string& input) const {
    if (holds(how.weights, input)) return !how.weights_stay;
    return holds(how.inputs, input) && how.reduced() && options_.arithmetic == Arithmetic::reduced;
  }

  const std::string& rounded_form(const std::string& tensor) {
    const auto found = rounded_.find(tensor);
    if (found != rounded_.end()) return found->second;
    std::string& name = rounded_[tensor];
    if (const auto weight = source_.initializer(tensor)) {
      TensorRounding ignored{tensor};
      return name = edit_.add_initializer(tensor + "_rounded", widened(round_tensor(*weight, options_.type, ignored).view()));
    }
    return name = add_rounding(edit_, tensor, options_.type);
  }

  void write_twin(const FloatOperator& how) {
    onnx::NodeProto twin = source_.graph().node(how.node);
    bool differs = false;
    for (std::string& input : *twin.mutable_input()) {
      if (!is_rounded(how, input)) continue;
      input = rounded_form(input);
      differs = true;
    }
    if (!differs || how.outputs.empty()) return;
    twin.set_name(edit_.new_name(how.name + "_twin"));
    for (std::string& output : *twin.mutable_output()) {
      if (output.empty()) continue;
      const std::string name = edit_.new_name(output + "_twin");
      if (holds(how.outputs, output)) made_.twins[output] = name;
      output = name;
    }
    edit_.append(std::move(twin));
  }
};

}  // namespace

Model emulated(const Model& source, std::span<const FloatOperator> operators, const Model& lowered, ElementType type) {
  return Emulator(source, operators, lowered, type).make();
}

ModelWithTwins with_twins(const Model& source, std::span<const FloatOperator> operators, const PrecisionOptions& options) {
  return TwinWriter(source, options).write(operators);
}

}  // namespace iai
