#include <doctest/doctest.h>
#include <onnx/onnx_pb.h>

#include "formats/error.hpp"
#include "formats/model_scan.hpp"

using namespace iai;

static std::string sample() {
  onnx::ModelProto model;
  model.set_ir_version(10);
  for (const std::size_t size : {4u, 5000u}) {
    auto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name(size == 4 ? "small" : "large");
    tensor->set_raw_data(std::string(size, 'x'));
  }
  return model.SerializeAsString();
}

TEST_CASE("large payloads leave the skeleton, small ones stay") {
  const std::string text = sample();
  const ModelScan scan = scan_model(text, 1024, "m.onnx");
  REQUIRE(scan.payloads.size() == 1);
  CHECK(scan.payloads[0].first == "large");
  CHECK(scan.payloads[0].second == std::string(5000, 'x'));
  CHECK(scan.payloads[0].second.data() >= text.data());
  onnx::ModelProto skeleton;
  REQUIRE(skeleton.ParseFromString(scan.skeleton));
  CHECK(skeleton.ir_version() == 10);
  REQUIRE(skeleton.graph().initializer_size() == 2);
  CHECK(skeleton.graph().initializer(0).raw_data() == "xxxx");
  CHECK(!skeleton.graph().initializer(1).has_raw_data());
}

TEST_CASE("a model cut off anywhere inside the graph is refused") {
  const std::string text = sample();
  for (std::size_t size = 3; size < text.size(); size += 7) {
    CHECK_THROWS_AS(scan_model(std::string_view(text).substr(0, size), 1024, "m.onnx"), Error);
  }
  CHECK_THROWS_AS(scan_model("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1024, "m.onnx"), Error);
}

TEST_CASE("packed floats are payloads too, what stands in pieces is not") {
  onnx::GraphProto graph;
  auto* tensor = graph.add_initializer();
  tensor->set_name("floats");
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  for (int i = 0; i < 1000; ++i) tensor->add_float_data(static_cast<float>(i));
  onnx::ModelProto model;
  *model.mutable_graph() = graph;
  CHECK(scan_model(model.SerializeAsString(), 1024, "m.onnx").payloads.size() == 1);
  model.mutable_graph()->mutable_initializer(0)->set_raw_data(std::string(2000, 'x'));
  CHECK(scan_model(model.SerializeAsString(), 1024, "m.onnx").payloads.empty());
}
