#include "commands/inspect_model.hpp"

#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "formats/error.hpp"
#include "formats/model.hpp"
#include "formats/model_scan.hpp"
#include "formats/tensor.hpp"
#include "quantizer/graph/cost.hpp"

namespace iai {

namespace {

ReportRows value_rows(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values, const std::map<std::string, bool>& initializers) {
  ReportRows rows;
  for (const auto& value : values) {
    if (initializers.count(value.name()) != 0) continue;  // IR 3 lists weights among the inputs
    const auto& tensor = value.type().tensor_type();
    std::string shape;
    for (const auto& dimension : tensor.shape().dim()) {
      shape += shape.empty() ? "" : ", ";
      shape += dimension.has_dim_value() ? fmt::format("{}", dimension.dim_value()) : (dimension.dim_param().empty() ? "?" : dimension.dim_param());
    }
    Report row;
    row.add("name", value.name()).add("type", type_name(static_cast<ElementType>(tensor.elem_type())));
    row.add("shape", tensor.has_shape() ? "[" + shape + "]" : std::string("?"));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The skeleton as a model whose weights are known by type and shape only: external data need not be there, and nothing
/// of it is read.
Model model_without_weights(std::string_view bytes, const std::string& name) {
  const ModelScan scan = scan_model(bytes, Model::inline_limit, name);
  Model model;
  if (!model.proto.ParseFromString(scan.skeleton) || !model.proto.has_graph() || model.proto.ir_version() == 0)
    throw Error(ErrorKind::input, name + ": is no ONNX model", "inspect reads ONNX models and NumPy arrays (.npy)");
  for (const auto& payload : scan.payloads) model.attach_payload(payload.first, {});
  for (auto& tensor : *model.graph().mutable_initializer()) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
    tensor.clear_data_location();
    tensor.clear_external_data();
    model.attach_payload(tensor.name(), {});
  }
  return model;
}

ModelCost cost_of(const Model& model, const std::string& name) {
  try {
    return count_cost(model);
  } catch (const Error& error) {
    throw Error(error.kind(), name + ": " + error.message(), error.hint());
  }
}

/// Why the multiply-accumulates of the whole are not known.
ReportList not_counted(const ModelCost& cost) {
  ReportList words = cost.uncounted;
  for (const NodeCost& node : cost.nodes) {
    if (!node.multiply_accumulates) words.push_back(fmt::format("{} '{}' of unknown shape", node.operation, node.node));
  }
  return words;
}

}  // namespace

Report inspect_model(std::string_view bytes, const std::string& name) {
  const Model model = model_without_weights(bytes, name);
  const ModelCost cost = cost_of(model, name);
  const std::int64_t opset = model.opset();
  std::map<std::string, bool> initializers;
  std::map<std::string, std::int64_t> operators;
  for (const auto& tensor : model.graph().initializer()) initializers[tensor.name()] = true;
  for (const auto& node : model.graph().node()) ++operators[node.op_type()];
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: ONNX model, {} parameters, opset {}", std::filesystem::path(name).filename().string(), human_count(cost.parameters), opset));
  report.add("kind", "model").add("ir_version", std::int64_t{model.proto.ir_version()}).add("opset", opset);
  report.add("producer", model.proto.producer_name()).add("parameters", cost.parameters);
  report.add("multiply_accumulates", cost.multiply_accumulates());
  report.add("file", std::uint64_t{bytes.size()}, Unit::bytes);
  report.add("inputs", value_rows(model.graph().input(), initializers));
  report.add("outputs", value_rows(model.graph().output(), {}));
  ReportRows operator_rows, type_rows, metadata;
  for (const auto& [key, count] : operators) operator_rows.push_back(Report().add("operator", key).add("count", count));
  for (const auto& [key, size] : cost.bytes_by_type) type_rows.push_back(Report().add("type", key).add("size", size, Unit::bytes));
  for (const auto& item : model.proto.metadata_props()) metadata.push_back(Report().add("key", item.key()).add("value", item.value()));
  if (!cost.multiply_accumulates()) report.add("not_counted", not_counted(cost));
  report.add("operators", std::move(operator_rows)).add("initializers", std::move(type_rows)).add("metadata", std::move(metadata));
  return report;
}

}  // namespace iai
