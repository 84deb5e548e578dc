#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "quantizer/graph/graph_index.hpp"
#include "quantizer/graph/node_names.hpp"
#include "quantizer/precision/operand_types.hpp"
#include "quantizer/precision/precision.hpp"

namespace iai {

namespace {

constexpr int float32 = static_cast<int>(ElementType::float32);

enum class Form { low, high };  // 16-bit, float32

void collect_names(const onnx::GraphProto& graph, std::set<std::string>& names) {
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const auto& value : graph.input()) names.insert(value.name());
  for (const auto& node : graph.node()) {
    names.insert(node.name());
    names.insert(node.output().begin(), node.output().end());
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collect_names(attribute.g(), names);
    }
  }
}

/// What one graph knows of its tensors; inner graphs see the outer ones.
/// A tensor that was float32 can exist in two forms; a Cast makes the missing one where it is first asked for.
struct Scope {
  const Scope* outer = nullptr;
  bool stays = false;                       ///< all that the graph computes is float32
  Form ports = Form::high;                  ///< of the graph's own inputs and outputs
  std::map<std::string, TensorKind> kinds;  ///< in the source
  std::set<std::string> outputs;
  std::map<std::string, std::string> low, high;  ///< source name -> name of that form

  TensorKind kind_of(const std::string& name) const {
    const auto found = kinds.find(name);
    if (found != kinds.end()) return found->second;
    return outer == nullptr ? TensorKind::unknown : outer->kind_of(name);
  }
  bool is_float(const std::string& name) const { return kind_of(name) == TensorKind::float32; }
  const std::string* find(Form form, const std::string& name) const {
    const auto& names = form == Form::low ? low : high;
    const auto found = names.find(name);
    if (found != names.end()) return &found->second;
    return outer == nullptr ? nullptr : outer->find(form, name);
  }
  void set(Form form, const std::string& name, const std::string& made) { (form == Form::low ? low : high)[name] = made; }
};

bool holds_graph(const onnx::NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(), [](const auto& attribute) { return attribute.has_g(); });
}

class Lowering {
 public:
  Lowering(Model& model, const PrecisionOptions& options) : model_(model), options_(options), opset_(static_cast<int>(model.opset())) {
    collect_names(model.graph(), names_);
  }

  PrecisionReport run() {
    Scope scope;
    scope.ports = options_.ports == ModelPorts::same ? Form::low : Form::high;
    lower_graph(model_.graph(), scope);
    return std::move(report_);
  }

 private:
  void lower_graph(onnx::GraphProto& graph, Scope& scope) {
    learn_types(graph, scope);
    for (auto& input : *graph.mutable_input()) {
      if (!scope.is_float(input.name()) || scope.find(Form::low, input.name()) != nullptr) continue;
      scope.set(scope.ports, input.name(), input.name());
      if (scope.ports == Form::low) set_type(input);
    }
    lower_initializers(graph, scope);
    google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
    nodes.Swap(graph.mutable_node());
    for (int i = 0; i < nodes.size(); ++i) {
      const Form form = form_for(scope, nodes[i], i);
      lower_node(graph, scope, std::move(nodes[i]), form);
    }
    for (auto& output : *graph.mutable_output()) {
      if (!scope.is_float(output.name())) continue;
      if (scope.ports == Form::low) set_type(output);
      const std::string made = form_of(graph, scope, scope.ports, output.name());
      output.set_name(made);  // the same, unless an inner graph hands out a tensor of the outer one
    }
  }

  static void learn_types(onnx::GraphProto& graph, Scope& scope) {
    for (const auto* values : {&graph.input(), &graph.output(), &graph.value_info()}) {
      for (const auto& value : *values) {
        if (value.type().value_case() == onnx::TypeProto::VALUE_NOT_SET) continue;
        const int type = value.type().tensor_type().elem_type();
        if (value.type().has_tensor_type() && type == 0) continue;
        scope.kinds[value.name()] = type == float32 ? TensorKind::float32 : TensorKind::other;
      }
    }
    for (const auto& tensor : graph.initializer()) scope.kinds[tensor.name()] = tensor.data_type() == float32 ? TensorKind::float32 : TensorKind::other;
    for (const auto& output : graph.output()) scope.outputs.insert(output.name());
    graph.clear_value_info();
  }

  void set_type(onnx::ValueInfoProto& value) const { value.mutable_type()->mutable_tensor_type()->set_elem_type(static_cast<int>(options_.type)); }

  /// Scales that must stay float32 do; everything else is rounded once, here.
  void lower_initializers(onnx::GraphProto& graph, Scope& scope) {
    const GraphIndex index(graph);
    for (int i = 0; i < graph.initializer_size(); ++i) {
      if (graph.initializer(i).data_type() != float32) continue;
      const std::string name = graph.initializer(i).name();
      if (stays_float32(graph, scope, index, name)) {
        scope.set(Form::high, name, name);
        continue;
      }
      scope.high.erase(name);  // an input of the same name, as IR 3 has it
      scope.set(Form::low, name, name);
      TensorRounding rounding{name};
      if (scope.outer == nullptr) model_.set_initializer(name, round_tensor(*model_.initializer(name), options_.type, rounding));
      else store_tensor(*graph.mutable_initializer(i), round_tensor(tensor_view(graph.initializer(i)), options_.type, rounding).view());
      report_.tensors.push_back(std::move(rounding));
    }
  }

  bool stays_float32(const onnx::GraphProto& graph, const Scope& scope, const GraphIndex& index, const std::string& name) const {
    if (scope.stays || (scope.outer == nullptr && options_.float32_weights.contains(name))) return true;
    if (scope.outputs.count(name) != 0) return scope.ports == Form::high;
    const auto& uses = index.uses(name);
    return !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](const GraphIndex::Use& use) {
      return use.input >= 0 && input_operand(graph.node(use.node), use.input, opset_, options_.type) == Operand::fixed;
    });
  }

  /// Loop and Scan hand tensors of one type around, If returns one type from both branches: all in the form of the rest.
  Form form_for(const Scope& scope, const onnx::NodeProto& node, int at) const {
    if (options_.arithmetic == Arithmetic::float32 || scope.stays) return Form::high;
    if (holds_graph(node)) return options_.subgraphs == Subgraphs::left ? Form::high : Form::low;
    if (scope.outer == nullptr && options_.float32_nodes.contains(at)) return Form::high;
    const auto kind_of = [&](const std::string& name) { return scope.kind_of(name); };
    return !matches_any(options_.exclude, node) && can_compute_in(node, opset_, options_.type, kind_of) ? Form::low : Form::high;
  }

  void lower_node(onnx::GraphProto& graph, Scope& scope, onnx::NodeProto node, Form form) {
    const bool holds = holds_graph(node);
    bool touched = false;
    for (int i = 0; i < node.input_size(); ++i) {
      const std::string name = node.input(i);
      if (name.empty() || !scope.is_float(name)) continue;
      touched = true;
      const bool fixed = !holds && input_operand(node, i, opset_, options_.type) == Operand::fixed;
      node.set_input(i, form_of(graph, scope, fixed ? Form::high : form, name));
    }
    for (auto& attribute : *node.mutable_attribute()) {
      if (!attribute.has_g()) continue;
      Scope inner;
      inner.outer = &scope;
      inner.stays = scope.stays || options_.subgraphs == Subgraphs::left;
      inner.ports = form;
      lower_graph(*attribute.mutable_g(), inner);
    }
    if (form == Form::low && !holds) rewrite_attributes(scope, node);
    for (int i = 0; i < node.output_size(); ++i) {
      const std::string name = node.output(i);
      if (name.empty() || !scope.is_float(name)) continue;
      touched = true;
      const std::string made = scope.outputs.count(name) != 0 && form != scope.ports ? fresh(name, form) : name;
      scope.set(form, name, made);
      node.set_output(i, made);
    }
    if (touched && form == Form::high && !holds) report_.float32_nodes.push_back(fmt::format("{} '{}'", node.op_type(), node_title(node)));
    *graph.add_node() = std::move(node);
  }

  /// The name under which the float32 tensor `name` of the source can be read in this form.
  std::string form_of(onnx::GraphProto& graph, Scope& scope, Form form, const std::string& name) {
    if (const auto* known = scope.find(form, name)) return *known;
    const auto* other = scope.find(form == Form::low ? Form::high : Form::low, name);
    if (other == nullptr) return name;  // a name that nothing makes: the checker will say so
    // An output of the graph keeps its name, so what made it wrote to another one.
    std::string made = scope.outputs.count(name) != 0 && form == scope.ports && *other != name ? name : fresh(name, form);
    add_cast(graph, *other, made, form == Form::low ? options_.type : ElementType::float32);
    scope.set(form, name, made);
    return made;
  }

  std::string fresh(const std::string& base, Form form) { return unused(base + "_" + type_name(form == Form::low ? options_.type : ElementType::float32)); }

  std::string unused(const std::string& stem) {
    std::string name = stem;
    for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{}_{}", stem, i);
    return name;
  }

  void add_cast(onnx::GraphProto& graph, const std::string& from, const std::string& to, ElementType type) {
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type("Cast");
    node.set_name(unused(to + "/Cast"));
    node.add_input(from);
    node.add_output(to);
    auto& attribute = *node.add_attribute();
    attribute.set_name("to");
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(static_cast<int>(type));
    ++report_.casts;
  }

  /// The type that a Cast or a constant names is part of the node.
  void rewrite_attributes(const Scope& scope, onnx::NodeProto& node) {
    if (node.output_size() == 0 || !scope.is_float(node.output(0))) return;
    if (node.op_type() == "Cast") {
      for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.name() == "to") attribute.set_i(static_cast<int>(options_.type));
      }
    }
    if (node.op_type() != "Constant" && node.op_type() != "ConstantOfShape") return;
    Tensor source = make_tensor<float>({1}, std::vector<float>{0});  // what ConstantOfShape means without an attribute
    if (node.attribute_size() > 0) {
      const auto& attribute = node.attribute(0);
      if (attribute.has_t()) {
        const TensorView view = tensor_view(attribute.t());
        source = {view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
      } else if (attribute.name() == "value_float") {
        source = make_tensor<float>({}, std::vector<float>{attribute.f()});
      } else {
        source = make_tensor<float>({attribute.floats_size()}, std::vector<float>(attribute.floats().begin(), attribute.floats().end()));
      }
    }
    TensorRounding rounding{node.output(0)};
    const Tensor rounded = round_tensor(source.view(), options_.type, rounding);
    report_.tensors.push_back(std::move(rounding));
    node.clear_attribute();
    auto& attribute = *node.add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    store_tensor(*attribute.mutable_t(), rounded.view());
  }

  Model& model_;
  const PrecisionOptions& options_;
  int opset_;
  std::set<std::string> names_;
  PrecisionReport report_;
};

}  // namespace

PrecisionReport lower_precision(Model& model, const PrecisionOptions& options) {
  infer_shapes(model);  // for the types; a tensor whose type stays unknown keeps it
  PrecisionReport report = Lowering(model, options).run();
  infer_shapes(model);
  return report;
}

}  // namespace iai
