#include "commands/model_precision.hpp"

#include <doctest/doctest.h>

#include "tests/model_building.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

Model weights_of(int type, std::int64_t count) {
  Model model = building::make_model({-1, 4}, {-1, 4});
  onnx::TensorProto& tensor = *model.graph().add_initializer();
  tensor.set_name("w");
  tensor.set_data_type(type);
  tensor.add_dims(count);
  return model;
}

}  // namespace

TEST_CASE("the precision of a model is that of most of its weights") {
  CHECK(model_precision(building::make_model({-1, 4}, {-1, 4})) == "no weights");
  CHECK(model_precision(weights_of(onnx::TensorProto::FLOAT, 8)) == "float32");
  CHECK(model_precision(weights_of(onnx::TensorProto::FLOAT16, 8)) == "float16");
  CHECK(model_precision(weights_of(onnx::TensorProto::BFLOAT16, 8)) == "bfloat16");
  CHECK(model_precision(weights_of(onnx::TensorProto::INT64, 800)) == "no weights");
  Model mixed = weights_of(onnx::TensorProto::FLOAT16, 100);
  onnx::TensorProto& scale = *mixed.graph().add_initializer();
  scale.set_name("scale");
  scale.set_data_type(onnx::TensorProto::FLOAT);
  scale.add_dims(10);
  CHECK(model_precision(mixed) == "float16");
}

TEST_CASE("integers are static, dynamic, or weights only") {
  Model model = weights_of(onnx::TensorProto::INT8, 64);
  CHECK(model_precision(model) == "int8 weights");
  building::add_node(model, "DequantizeLinear", {"w", "s", "z"}, "v");
  CHECK(model_precision(model) == "int8 weights");
  Model still = model;
  building::add_node(still, "QuantizeLinear", {"x", "s", "z"}, "q");
  CHECK(model_precision(still) == "int8 static");
  building::add_node(model, "DynamicQuantizeLinear", {"x"}, "q");
  CHECK(model_precision(model) == "int8 dynamic");
  CHECK(model_precision(weights_of(onnx::TensorProto::UINT4, 8)) == "int4 weights");
  Model packed = weights_of(onnx::TensorProto::UINT8, 8);
  building::add_node(packed, "MatMulNBits", {"x", "w", "s"}, "y");
  CHECK(model_precision(packed) == "int4 weights");
  // Floats that are quantized before anything reads them, as training with quantization leaves them.
  Model trained = weights_of(onnx::TensorProto::FLOAT, 64);
  building::add_node(trained, "QuantizeLinear", {"w", "s", "z"}, "q");
  CHECK(model_precision(trained) == "int8 weights");
  building::add_node(trained, "QuantizeLinear", {"x", "s", "z"}, "p");
  CHECK(model_precision(trained) == "int8 static");
}

TEST_CASE("a file that iai does not read is of unknown precision") {
  const TemporaryFolder folder;
  CHECK(precision_of_file(folder.write("model.ort", "ORTM")) == "unknown");
  CHECK(precision_of_file(folder.path / "none.onnx") == "unknown");
}

TEST_CASE("real models are in float32") {
  for (const char* name : {"cmapss_cnn", "digits_cnn", "bytes_lm"}) {
    if (const auto path = real_model(name)) CHECK(model_precision(read_model(*path)) == "float32");
  }
}
