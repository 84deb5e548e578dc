#include "commands/compare_layers.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "evaluator/metrics/output_error.hpp"
#include "formats/error.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

namespace {

/// The models' tensors on seeded inputs.
LayerComparison compare(const std::filesystem::path& a, const std::filesystem::path& b, const Tolerance& tolerance, int threads = 1) {
  const Session reference(a, {});
  SilentOutput output;
  RuntimeOption runtime;
  runtime.threads = threads;
  return compare_layers(a, b, *seeded_samples(wanted_inputs(reference), 6, 5), tolerance, runtime, output);
}

/// x -> Gemm -> Relu -> MatMul -> y, and a branch whose indices are integers.
Model chain() {
  Model model = building::make_model({-1, 4}, {-1, 3});
  building::add_weights(model, "w1", {4, 5});
  building::add_weights(model, "w2", {5, 3});
  building::add_node(model, "MatMul", {"x", "w1"}, "hidden");
  building::add_node(model, "Relu", {"hidden"}, "active");
  building::add_node(model, "Shape", {"active"}, "size");
  building::add_node(model, "MatMul", {"active", "w2"}, "y");
  return model;
}

void change(Model& model, const std::string& name, std::size_t at, float by) {
  const auto held = *model.initializer(name);
  std::vector<float> values = to_floats(held);
  values[at] += by;
  model.set_initializer(name, make_tensor<float>(held.shape, values));
}

}  // namespace

TEST_CASE("compare layers: the first tensor that diverges, and what its operator reads") {
  if (!building::have_runtime()) return;
  const building::Folder folder;
  Model faulty = chain();
  change(faulty, "w2", 4, 0.5F);
  write_model(chain(), folder / "a.onnx");
  write_model(faulty, folder / "b.onnx");
  const LayerComparison found = compare(folder / "a.onnx", folder / "b.onnx", {});
  REQUIRE(found.tensors.tensors.size() == 4);
  CHECK(found.tensors.tensors[0].name == "hidden");
  CHECK(found.tensors.tensors[0].operation == "MatMul");
  CHECK(found.tensors.tensors[0].difference.identical());
  CHECK(found.tensors.tensors[2].name == "size");  // integers
  CHECK(found.tensors.tensors[2].difference.identical());
  CHECK(found.tensors.first_divergence() == 3);
  CHECK(found.diverging == "y");
  CHECK(found.constants == std::vector<std::string>{"w2"});
  CHECK(found.tensors.without_partner.empty());
}

TEST_CASE("compare layers: other names are counted, other shapes diverge") {
  if (!building::have_runtime()) return;
  const building::Folder folder;
  Model other = building::make_model({-1, 4}, {-1, 3});
  building::add_weights(other, "w1", {4, 6});
  building::add_weights(other, "w2", {6, 3});
  building::add_node(other, "MatMul", {"x", "w1"}, "hidden");
  building::add_node(other, "Relu", {"hidden"}, "renamed");
  building::add_node(other, "MatMul", {"renamed", "w2"}, "y");
  write_model(chain(), folder / "a.onnx");
  write_model(other, folder / "b.onnx");
  const LayerComparison found = compare(folder / "a.onnx", folder / "b.onnx", {});
  CHECK(found.tensors.tensors.size() == 2);
  CHECK(found.tensors.without_partner == std::vector<std::string>{"active", "size"});
  CHECK(found.tensors.others_without_partner == std::vector<std::string>{"renamed"});
  CHECK(found.tensors.first_divergence() == 0);
  CHECK(!found.tensors.tensors[0].difference.comparable());

  Model foreign = building::make_model({-1, 4}, {-1, 4});
  building::add_node(foreign, "Relu", {"x"}, "z");
  foreign.graph().mutable_output(0)->set_name("z");
  write_model(foreign, folder / "c.onnx");
  CHECK_THROWS_AS(compare(folder / "a.onnx", folder / "c.onnx", {}), Error);
}

TEST_CASE("compare layers: one weight changed in the middle of a real model is found, whatever the threads") {
  const auto path = real_model("cmapss_cnn");
  if (!path) return;
  const Model model = read_model(*path);
  // The convolution in the middle, by its place among those that have weights of their own.
  std::vector<int> convolutions;
  for (int i = 0; i < model.graph().node_size(); ++i) {
    if (model.graph().node(i).op_type() == "Conv" && model.has_initializer(model.graph().node(i).input(1))) convolutions.push_back(i);
  }
  REQUIRE(convolutions.size() > 4);
  const onnx::NodeProto& node = model.graph().node(convolutions[convolutions.size() / 2]);
  Model faulty = model;
  change(faulty, node.input(1), 0, 0.05F);
  const building::Folder folder;
  write_model(faulty, folder / "faulty.onnx");
  const LayerComparison found = compare(*path, folder / "faulty.onnx", {});
  REQUIRE(found.tensors.first_divergence());
  const ComparedTensor& tensor = found.tensors.tensors[*found.tensors.first_divergence()];
  CHECK(tensor.name == node.output(0));
  CHECK(tensor.operation == "Conv");
  CHECK(found.constants == std::vector<std::string>{node.input(1)});
  for (std::size_t i = 0; i < *found.tensors.first_divergence(); ++i) CHECK(found.tensors.tensors[i].difference.identical());
  const LayerComparison again = compare(*path, folder / "faulty.onnx", {}, 3);
  for (std::size_t i = 0; i < found.tensors.tensors.size(); ++i) {
    CHECK(found.tensors.tensors[i].difference.sqnr_db == again.tensors.tensors[i].difference.sqnr_db);
    CHECK(found.tensors.tensors[i].difference.cosine == again.tensors.tensors[i].difference.cosine);
  }
}
