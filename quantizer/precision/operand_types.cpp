#include "quantizer/precision/operand_types.hpp"

#include <algorithm>
#include <set>

#include <onnx/defs/schema.h>

namespace iai {

namespace {

const onnx::OpSchema* schema_of(const onnx::NodeProto& node, int opset) {
  if (!node.domain().empty() && node.domain() != "ai.onnx") return nullptr;
  return onnx::OpSchemaRegistry::Schema(node.op_type(), opset, "");
}

using Formal = onnx::OpSchema::FormalParameter;

/// Formal parameter of an actual one; the last may be variadic.
const Formal* formal_at(const std::vector<Formal>& formals, int position) {
  if (formals.empty()) return nullptr;
  const auto at = std::min(static_cast<std::size_t>(position), formals.size() - 1);
  if (at != static_cast<std::size_t>(position) && formals.back().GetOption() != onnx::OpSchema::Variadic) return nullptr;
  return &formals[at];
}

/// Integer arithmetic depends on scales to the last digit.
bool is_quantized(const std::string& type) {
  return type.rfind("QLinear", 0) == 0 || type == "QuantizeLinear" || type == "DequantizeLinear" || type == "DynamicQuantizeLinear";
}

bool allows(const onnx::OpSchema& schema, const std::string& variable, ElementType type) {
  const std::string wanted = "tensor(" + type_name(type) + ")";
  for (const auto& constraint : schema.typeConstraintParams()) {
    if (constraint.type_param_str == variable)
      return std::find(constraint.allowed_type_strs.begin(), constraint.allowed_type_strs.end(), wanted) != constraint.allowed_type_strs.end();
  }
  return false;
}

Operand operand(const onnx::OpSchema& schema, const Formal* formal, ElementType type) {
  if (formal == nullptr) return Operand::barred;
  if (formal->GetTypeStr() == "tensor(float)") return Operand::fixed;
  return allows(schema, formal->GetTypeStr(), type) ? Operand::follows : Operand::barred;
}

/// Sequences and optional values keep the type they are made of.
bool handles_containers(const onnx::OpSchema& schema) {
  const auto is_container = [](const std::string& type) { return type.rfind("seq(", 0) == 0 || type.rfind("optional(", 0) == 0; };
  return std::any_of(schema.typeConstraintParams().begin(), schema.typeConstraintParams().end(), [&](const auto& constraint) {
    return std::all_of(constraint.allowed_type_strs.begin(), constraint.allowed_type_strs.end(), is_container);
  });
}

}  // namespace

Operand input_operand(const onnx::NodeProto& node, int position, int opset, ElementType type) {
  const auto* schema = schema_of(node, opset);
  if (schema == nullptr) return Operand::unknown;
  if (is_quantized(node.op_type())) return Operand::fixed;
  return operand(*schema, formal_at(schema->inputs(), position), type);
}

bool can_compute_in(const onnx::NodeProto& node, int opset, ElementType type, const std::function<TensorKind(const std::string&)>& kind_of) {
  const auto* schema = schema_of(node, opset);
  if (schema == nullptr || is_quantized(node.op_type()) || handles_containers(*schema)) return false;
  std::set<std::string> variables;  // of the inputs that change
  for (int i = 0; i < node.input_size(); ++i) {
    if (node.input(i).empty()) continue;
    const TensorKind tensor = kind_of(node.input(i));
    if (tensor == TensorKind::unknown) return false;
    if (tensor == TensorKind::other) continue;
    const Operand kind = input_operand(node, i, opset, type);
    if (kind == Operand::fixed) continue;
    if (kind != Operand::follows) return false;
    variables.insert(formal_at(schema->inputs(), i)->GetTypeStr());
  }
  const bool is_source = node.op_type() == "Cast" || node.op_type() == "Constant" || node.op_type() == "ConstantOfShape";
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    const TensorKind tensor = kind_of(node.output(i));
    if (tensor == TensorKind::unknown) return false;
    if (tensor == TensorKind::other) continue;
    const Formal* formal = formal_at(schema->outputs(), i);
    if (formal == nullptr || !allows(*schema, formal->GetTypeStr(), type)) return false;
    if (!is_source && variables.count(formal->GetTypeStr()) == 0) return false;
  }
  return true;
}

}  // namespace iai
