#include "quantizer/graph/opset.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <onnx/version_converter/convert.h>

#include "formats/error.hpp"

namespace iai {

namespace {

/// IR version that was current with each operator set. @source onnx/helper.py, VERSION_TABLE
std::int64_t ir_version_of(std::int64_t opset) {
  static constexpr std::int64_t first_opset[] = {1, 9, 10, 11, 12, 15, 19, 21, 23, 24, 25, 28};  // IR versions 3, 4, 5 ...
  std::int64_t version = 2;
  for (const std::int64_t first : first_opset) version += opset >= first ? 1 : 0;
  return version;
}

/// Large weights as graph inputs: the converter copies what it is given several times. @returns their names
std::set<std::string> hide_payloads(const Model& model, onnx::ModelProto& proto) {
  std::set<std::string> hidden, inputs;
  for (const auto& input : model.graph().input()) inputs.insert(input.name());
  auto& graph = *proto.mutable_graph();
  auto& tensors = *graph.mutable_initializer();
  tensors.Clear();
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.has_raw_data() || model.payload(tensor.name()) == nullptr) {
      *tensors.Add() = tensor;
      continue;
    }
    hidden.insert(tensor.name());
    if (inputs.count(tensor.name()) != 0) continue;
    auto& input = *graph.add_input();
    input.set_name(tensor.name());
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(tensor.data_type());
    type.mutable_shape();
    for (const std::int64_t size : tensor.dims()) type.mutable_shape()->add_dim()->set_dim_value(size);
  }
  return hidden;
}

/// "[...convert.cc:12: f] Assertion `x` failed: No Adapter From Version $14 for Add" -> "No Adapter From Version 14 for Add"
std::string reason_of(const std::string& text) {
  std::string reason = text;
  if (const auto failed = reason.find("failed: "); failed != std::string::npos) reason = reason.substr(failed + 8);
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  reason.erase(std::remove(reason.begin(), reason.end(), '$'), reason.end());
  while (!reason.empty() && (reason.back() == ' ' || reason.back() == '.')) reason.pop_back();
  return reason;
}

onnx::ModelProto converted(const onnx::ModelProto& proto, std::int64_t from, std::int64_t to, const std::string& name) {
  try {
    return onnx::version_conversion::ConvertVersion(proto, static_cast<int>(to));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, fmt::format("{}: cannot be converted from opset {} to {}: {}", name, from, to, reason_of(error.what())),
                to < from ? "operators of the newer operator set have no older form; choose a higher --opset, or export the model again"
                          : "export the model again with the operator set that you need");
  }
}

/// The converted graph with the weights of `model` in their old places; what the converter made comes last.
void take_graph(Model& model, onnx::ModelProto proto, const std::set<std::string>& hidden, const std::string& name) {
  proto.mutable_graph()->mutable_input()->CopyFrom(model.graph().input());
  // Read anew: the converter stores numbers in their typed fields, a Model holds raw bytes.
  Model fresh = parse_model(proto.SerializeAsString(), name);
  onnx::GraphProto& graph = fresh.graph();
  google::protobuf::RepeatedPtrField<onnx::TensorProto> tensors;
  std::set<std::string> kept;
  for (const auto& old : model.graph().initializer()) {
    const bool is_hidden = hidden.count(old.name()) != 0;
    const auto found = std::find_if(graph.initializer().begin(), graph.initializer().end(), [&](const auto& tensor) { return tensor.name() == old.name(); });
    if (!is_hidden && found == graph.initializer().end()) continue;
    *tensors.Add() = is_hidden ? old : *found;
    kept.insert(old.name());
  }
  for (const auto& tensor : graph.initializer()) {
    if (kept.count(tensor.name()) != 0) continue;
    *tensors.Add() = tensor;
    if (const auto* payload = fresh.payload(tensor.name())) model.attach_payload(tensor.name(), *payload);
  }
  graph.mutable_initializer()->Swap(&tensors);
  graph.mutable_quantization_annotation()->CopyFrom(model.graph().quantization_annotation());
  graph.mutable_metadata_props()->CopyFrom(model.graph().metadata_props());
  fresh.proto.mutable_functions()->CopyFrom(model.proto.functions());
  model.proto.Swap(&fresh.proto);
}

}  // namespace

void convert_opset(Model& model, std::int64_t opset, const std::string& name) {
  const std::int64_t from = model.opset();
  if (opset < 1 || opset > newest_opset())
    throw Error(ErrorKind::usage, fmt::format("--opset {}: this build knows operator sets 1 to {}", opset, newest_opset()), "choose one of these");
  if (from == 0) throw Error(ErrorKind::input, name + ": imports no operator set of the default domain", "it has none to convert");
  if (from > newest_opset())
    throw Error(ErrorKind::input, fmt::format("{}: operator set {} is newer than this build knows ({})", name, from, newest_opset()),
                "export the model with an older operator set");
  if (from == opset) return;
  if (model.graph().sparse_initializer_size() > 0)
    throw Error(ErrorKind::input, name + ": sparse initializers cannot go through the version converter", "store the weights densely");
  onnx::ModelProto proto = model.proto;
  const std::set<std::string> hidden = hide_payloads(model, proto);
  take_graph(model, converted(proto, from, opset, name), hidden, name);
  const std::int64_t wanted = ir_version_of(opset), least = model.proto.functions_size() > 0 ? 8 : 4;
  if (wanted > model.proto.ir_version()) model.proto.set_ir_version(wanted);
  else if (opset < from && model.proto.ir_version() > least) model.proto.set_ir_version(std::max(wanted, least));
}

}  // namespace iai
