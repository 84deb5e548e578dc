#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "quantizer/graph/opset.hpp"
#include "quantizer/graph/shapes.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"

using namespace iai;
using namespace building;

TEST_CASE("up and down, with the weights in their places") {
  Model model = make_model({-1, 30}, {-1, 30}, 12);
  add_weights(model, "large", {30, 30});
  add_weights(model, "small", {30});
  add_node(model, "MatMul", {"x", "large"}, "a");
  add_node(model, "Add", {"a", "small"}, "b");
  set_integers(add_node(model, "Unsqueeze", {"b"}, "c"), "axes", {1});  // axes become an input in 13
  set_integers(add_node(model, "Squeeze", {"c"}, "y"), "axes", {1});
  auto& entry = *model.proto.add_metadata_props();
  entry.set_key("plant");
  entry.set_value("7");
  Model up = model;
  convert_opset(up, 17, "m");
  CHECK(up.opset() == 17);
  CHECK(up.proto.ir_version() == 8);
  CHECK(up.graph().initializer(0).name() == "large");
  CHECK(up.initializer("large")->shape == std::vector<std::int64_t>{30, 30});
  CHECK(up.graph().input_size() == 1);
  CHECK(up.proto.metadata_props(0).value() == "7");
  CHECK_NOTHROW(check_model(up, "up"));
  if (have_runtime()) CHECK(difference(model, up).max_absolute == 0);
  convert_opset(up, 26, "m");
  CHECK(up.proto.ir_version() == 13);
  Model down = model;
  convert_opset(down, 11, "m");
  CHECK(down.opset() == 11);
  CHECK(down.proto.ir_version() == 6);
  CHECK_NOTHROW(check_model(down, "down"));
}

TEST_CASE("operators of other domains pass through") {
  Model model = make_model({-1, 4}, {-1, 4}, 12);
  auto& set = *model.proto.add_opset_import();
  set.set_domain("plant.example");
  set.set_version(1);
  add_node(model, "Fancy", {"x"}, "a").set_domain("plant.example");
  add_node(model, "Relu", {"a"}, "y");
  convert_opset(model, 18, "m");
  CHECK(model.graph().node(0).domain() == "plant.example");
  CHECK(model.proto.opset_import_size() == 2);
}

TEST_CASE("what has no older form is named") {
  Model model = make_model({-1, 4}, {-1, 4}, 20);
  add_node(model, "Gelu", {"x"}, "y");
  CHECK_THROWS_WITH_AS(convert_opset(model, 17, "m.onnx"), "m.onnx: cannot be converted from opset 20 to 17: No Previous Version of Gelu exists", Error);
  CHECK_THROWS_AS(convert_opset(model, 0, "m.onnx"), Error);
  CHECK_THROWS_AS(convert_opset(model, newest_opset() + 1, "m.onnx"), Error);
}

TEST_CASE("shapes: by input, by dimension, contradictions") {
  Model model = make_model({-1, 4}, {-1, 4});
  add_node(model, "Relu", {"x"}, "a");
  add_node(model, "Neg", {"a"}, "y");
  Model fixed = model;
  fix_shapes(fixed, {parse_shape_setting("batch=3")}, "m");
  CHECK(fixed.graph().input(0).type().tensor_type().shape().dim(0).dim_value() == 3);
  CHECK(fixed.graph().output(0).type().tensor_type().shape().dim(0).dim_value() == 3);
  CHECK(fixed.graph().value_info(0).type().tensor_type().shape().dim(0).dim_value() == 3);
  fixed = model;
  fix_shapes(fixed, {parse_shape_setting("x=5,4")}, "m");
  CHECK(fixed.graph().output(0).type().tensor_type().shape().dim(0).dim_value() == 5);
  CHECK_THROWS_AS(fix_shapes(model, {parse_shape_setting("x=5,5")}, "m"), Error);
  CHECK_THROWS_AS(fix_shapes(model, {parse_shape_setting("other=5")}, "m"), Error);
  for (const std::string bad : {"x", "=3", "x=", "x=0", "x=-1", "x=1,,2", "x=1.5", "x=99999999999999999999"}) CHECK_THROWS_AS(parse_shape_setting(bad), Error);
}
