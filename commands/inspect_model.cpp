#include "commands/inspect_model.hpp"

#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "formats/error.hpp"
#include "formats/model_scan.hpp"
#include "formats/tensor.hpp"

namespace iai {

namespace {

ReportRows value_rows(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values,
                      const std::map<std::string, bool>& initializers) {
  ReportRows rows;
  for (const auto& value : values) {
    if (initializers.count(value.name()) != 0) continue;  // IR 3 lists weights among the inputs
    const auto& tensor = value.type().tensor_type();
    std::string shape;
    for (const auto& dimension : tensor.shape().dim()) {
      shape += shape.empty() ? "" : ", ";
      shape += dimension.has_dim_value() ? fmt::format("{}", dimension.dim_value())
                                         : (dimension.dim_param().empty() ? "?" : dimension.dim_param());
    }
    Report row;
    row.add("name", value.name()).add("type", type_name(static_cast<ElementType>(tensor.elem_type())));
    row.add("shape", tensor.has_shape() ? "[" + shape + "]" : std::string("?"));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Elements of an initializer, refused where sizes in bytes or their sum could overflow.
std::int64_t count_of(const onnx::TensorProto& tensor, const std::string& name) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : tensor.dims()) {
    if (dimension < 0 || __builtin_mul_overflow(count, dimension, &count) || count > std::int64_t{1} << 40)
      throw Error(ErrorKind::input, fmt::format("{}: initializer '{}' has an impossible shape", name, tensor.name()),
                  "export the model again");
  }
  return count;
}

}  // namespace

Report inspect_model(std::string_view bytes, const std::string& name) {
  const ModelScan scan = scan_model(bytes, 1024, name);
  onnx::ModelProto model;
  if (!model.ParseFromString(scan.skeleton) || !model.has_graph() || model.ir_version() == 0)
    throw Error(ErrorKind::input, name + ": is no ONNX model", "inspect reads ONNX models and NumPy arrays (.npy)");
  std::map<std::string, bool> initializers;
  std::map<std::string, std::int64_t> types, operators;
  std::int64_t parameters = 0, opset = 0;
  for (const auto& tensor : model.graph().initializer()) {
    initializers[tensor.name()] = true;
    const std::int64_t count = count_of(tensor, name);
    const auto type = static_cast<ElementType>(tensor.data_type());
    // 64-bit integers and booleans are shapes, axes and switches, not what was trained.
    if (type != ElementType::int64 && type != ElementType::boolean) parameters += count;
    types[type_name(type)] += count * static_cast<std::int64_t>(element_size(type));
  }
  for (const auto& node : model.graph().node()) ++operators[node.op_type()];
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") opset = set.version();
  }
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: ONNX model, {} parameters, opset {}", std::filesystem::path(name).filename().string(),
                              human_count(parameters), opset));
  report.add("kind", "model").add("ir_version", std::int64_t{model.ir_version()}).add("opset", opset);
  report.add("producer", model.producer_name()).add("parameters", parameters).add("file", std::uint64_t{bytes.size()}, Unit::bytes);
  report.add("inputs", value_rows(model.graph().input(), initializers));
  report.add("outputs", value_rows(model.graph().output(), {}));
  ReportRows operator_rows, type_rows, metadata;
  for (const auto& [key, count] : operators) operator_rows.push_back(Report().add("operator", key).add("count", count));
  for (const auto& [key, size] : types) type_rows.push_back(Report().add("type", key).add("size", size, Unit::bytes));
  for (const auto& item : model.metadata_props()) metadata.push_back(Report().add("key", item.key()).add("value", item.value()));
  report.add("operators", std::move(operator_rows)).add("initializers", std::move(type_rows)).add("metadata", std::move(metadata));
  return report;
}

}  // namespace iai
