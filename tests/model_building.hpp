#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "evaluator/metrics/output_error.hpp"
#include "evaluator/runtime/session.hpp"
#include "evaluator/task/samples.hpp"
#include "formats/model.hpp"

// Small models made in code, and how two models differ when they run.

namespace building {

inline void add_value(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& shape, int type = 1) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (const std::int64_t size : shape) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (size >= 0) dimension.set_dim_value(size);
    else dimension.set_dim_param("batch");
  }
}

/// x -> y, batch open.
inline iai::Model make_model(const std::vector<std::int64_t>& input, const std::vector<std::int64_t>& output, std::int64_t opset = 17) {
  iai::Model model;
  model.proto.set_ir_version(8);
  model.set_opset(opset);
  model.graph().set_name("g");
  add_value(*model.graph().add_input(), "x", input);
  add_value(*model.graph().add_output(), "y", output);
  return model;
}

inline onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& type, const std::vector<std::string>& inputs, const std::string& output) {
  auto& node = *graph.add_node();
  node.set_op_type(type);
  node.set_name(output);
  for (const auto& name : inputs) node.add_input(name);
  node.add_output(output);
  return node;
}
inline onnx::NodeProto& add_node(iai::Model& model, const std::string& type, const std::vector<std::string>& inputs, const std::string& output) {
  return add_node(model.graph(), type, inputs, output);
}

inline void set_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}
inline void set_integers(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

/// Weights that differ from each other, between -1 and 1.
inline void add_weights(iai::Model& model, const std::string& name, std::vector<std::int64_t> shape) {
  std::vector<float> values(static_cast<std::size_t>(iai::element_count(shape)));
  std::uint32_t state = 1;
  for (const char c : name) state = state * 31 + static_cast<unsigned char>(c);
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  model.set_initializer(name, iai::make_tensor<float>(std::move(shape), values));
}

/// A folder that is gone with the object.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/iai-test-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The first output of `candidate` against that of `reference`, on seeded inputs.
inline iai::OutputError difference(const iai::Model& reference, const iai::Model& candidate) {
  const Folder folder;
  iai::write_model(reference, folder / "a.onnx");
  iai::write_model(candidate, folder / "b.onnx");
  const iai::Session a(folder / "a.onnx", {}), b(folder / "b.onnx", {});
  return iai::compare_outputs(a, b, *iai::seeded_samples(iai::wanted_inputs(a), 8, 7), 1).front();
}

inline bool have_runtime() {
  try {
    iai::Runtime::get();
    return true;
  } catch (const std::exception&) {
    MESSAGE("skipped: there is no ONNX Runtime");
    return false;
  }
}

}  // namespace building
