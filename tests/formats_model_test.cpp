#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "formats/error.hpp"
#include "formats/model.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

/// A fresh folder that goes away again.
using Folder = TemporaryFolder;

void add_value(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const auto size : shape) type.mutable_shape()->add_dim()->set_dim_value(size);
}

Tensor ramp(std::vector<std::int64_t> shape) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  std::iota(values.begin(), values.end(), 0.0f);
  return make_tensor<float>(std::move(shape), values);
}

/// y = x [1, 4] * weight [4, 100] + bias [100]: one payload, one small initializer.
Model matmul_model() {
  Model model;
  model.proto.set_ir_version(8);
  model.set_opset(17);
  auto& graph = model.graph();
  graph.set_name("g");
  add_value(*graph.add_input(), "x", {1, 4});
  add_value(*graph.add_output(), "y", {1, 100});
  auto& product = *graph.add_node();
  product.set_op_type("MatMul");
  product.add_input("x");
  product.add_input("weight");
  product.add_output("product");
  auto& sum = *graph.add_node();
  sum.set_op_type("Add");
  sum.add_input("product");
  sum.add_input("bias");
  sum.add_output("y");
  model.set_initializer("weight", ramp({4, 100}));
  model.set_initializer("bias", ramp({100}));
  return model;
}

std::string bytes_of(const TensorView& view) { return {reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()}; }

void check_same_tensors(const Model& a, const Model& b) {
  REQUIRE(a.graph().initializer_size() == b.graph().initializer_size());
  for (const auto& tensor : a.graph().initializer()) {
    const auto left = a.initializer(tensor.name()), right = b.initializer(tensor.name());
    REQUIRE(right.has_value());
    CHECK(left->type == right->type);
    CHECK(left->shape == right->shape);
    CHECK_MESSAGE(bytes_of(*left) == bytes_of(*right), tensor.name());
  }
}

std::string error_of(const fs::path& path) {
  try {
    read_model(path);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("a serialized model is what protobuf itself would write") {
  const Model model = matmul_model();
  const std::string text = serialize_model(model);
  onnx::ModelProto whole;
  REQUIRE(whole.ParseFromString(text));
  CHECK(whole.SerializeAsString() == text);
  CHECK(whole.graph().initializer(0).raw_data().size() == 1600);
  const Model again = parse_model(text, "memory");
  CHECK(!again.graph().initializer(0).has_raw_data());
  CHECK(again.graph().initializer(1).has_raw_data());
  check_same_tensors(model, again);
  check_model(again, "memory");
}

TEST_CASE("a field that bears the number of the initializers but another type is kept and counts for none") {
  Model source = matmul_model();
  source.graph().GetReflection()->MutableUnknownFields(&source.graph())->AddFixed64(5, 7);
  source.proto.GetReflection()->MutableUnknownFields(&source.proto)->AddVarint(7, 1);
  const std::string bytes = serialize_model(source);
  const Model again = parse_model(bytes, "again.onnx");
  CHECK(again.graph().initializer_size() == source.graph().initializer_size());
  CHECK(serialize_model(again) == bytes);
}

TEST_CASE("initializers are added, replaced, renamed and removed, payload or not") {
  Model model = matmul_model();
  const Model copy = model;
  model.set_initializer("weight", ramp({4, 2}));
  CHECK(model.initializer("weight")->bytes.size() == 32);
  CHECK(model.payload("weight") == nullptr);
  CHECK(copy.initializer("weight")->bytes.size() == 1600);
  model.set_initializer("weight", ramp({4, 1000}));
  CHECK(model.initializer("weight")->bytes.size() == 16000);
  model.rename_initializer("weight", "w2");
  CHECK(!model.has_initializer("weight"));
  CHECK(model.initializer("w2")->shape == std::vector<std::int64_t>{4, 1000});
  model.remove_initializer("bias");
  CHECK(!model.initializer("bias").has_value());
  CHECK(model.initializer("w2")->bytes.size() == 16000);
  CHECK(model.graph().initializer_size() == 1);
}

TEST_CASE("elements in typed fields arrive as bytes") {
  Model model;
  model.proto.set_ir_version(8);
  auto& half = *model.graph().add_initializer();
  half.set_name("half");
  half.set_data_type(onnx::TensorProto::FLOAT16);
  half.add_dims(2);
  half.add_int32_data(0x3c00);
  half.add_int32_data(0xc000);
  auto& wide = *model.graph().add_initializer();
  wide.set_name("wide");
  wide.set_data_type(onnx::TensorProto::UINT32);
  wide.add_dims(1);
  wide.add_uint64_data(4'000'000'000u);
  auto& text = *model.graph().add_initializer();
  text.set_name("text");
  text.set_data_type(onnx::TensorProto::STRING);
  text.add_dims(1);
  text.add_string_data("abc");
  const Model read = parse_model(model.proto.SerializeAsString(), "memory");
  CHECK(to_floats(*read.initializer("half")) == std::vector<float>{1.0f, -2.0f});
  CHECK(to_int64s(*read.initializer("wide")) == std::vector<std::int64_t>{4'000'000'000});
  CHECK(read.graph().initializer(2).string_data(0) == "abc");
}

TEST_CASE("external data goes out and comes back") {
  const Folder folder;
  const Model model = matmul_model();
  const auto files = write_model(model, folder.path / "m.onnx", ExternalData::always);
  REQUIRE(files.size() == 2);
  CHECK(files[1] == folder.path / "m.onnx.data");
  CHECK(fs::file_size(files[1]) == 1600);
  const Model back = read_model(files[0]);
  check_same_tensors(model, back);
  CHECK(back.graph().initializer(0).data_location() == onnx::TensorProto::DEFAULT);
  CHECK(write_model(back, folder.path / "one.onnx", ExternalData::never).size() == 1);
  check_same_tensors(model, read_model(folder.path / "one.onnx"));
}

TEST_CASE("external data that is short, missing, outside the folder or behind a link is refused") {
  const Folder folder;
  const fs::path path = folder.path / "m.onnx";
  write_model(matmul_model(), path, ExternalData::always);
  const auto point_at = [&](const std::string& key, const std::string& value) {
    onnx::ModelProto proto;
    std::ifstream in(path, std::ios::binary);
    proto.ParseFromIstream(&in);
    for (auto& entry : *proto.mutable_graph()->mutable_initializer(0)->mutable_external_data())
      if (entry.key() == key) entry.set_value(value);
    std::ofstream(folder.path / "bad.onnx", std::ios::binary) << proto.SerializeAsString();
    return error_of(folder.path / "bad.onnx");
  };
  CHECK(point_at("location", "../m.onnx.data").find("outside the model's folder") != std::string::npos);
  CHECK(point_at("location", "/etc/passwd").find("outside the model's folder") != std::string::npos);
  CHECK(point_at("location", "sub/../../x").find("outside the model's folder") != std::string::npos);
  CHECK(point_at("location", "missing.data").find("missing.data: no such file") != std::string::npos);
  CHECK(point_at("offset", "1").find("ends at byte 1601") != std::string::npos);
  CHECK(point_at("offset", "-1").find("impossible offset") != std::string::npos);
  CHECK(point_at("length", "1604").find("needs 1600") != std::string::npos);
  fs::create_symlink("m.onnx.data", folder.path / "link.data");
  CHECK(point_at("location", "link.data").find("behind the link") != std::string::npos);
  fs::create_directory(folder.path / "real");
  fs::create_directory_symlink("real", folder.path / "linked");
  CHECK(point_at("location", "linked/x").find("behind the link") != std::string::npos);
}

TEST_CASE("a shape that does not fit the bytes, a double name and an unknown type are refused") {
  onnx::ModelProto proto;
  proto.ParseFromString(serialize_model(matmul_model()));
  auto& tensors = *proto.mutable_graph()->mutable_initializer();
  const auto expect = [&](const std::string& what) {
    try {
      parse_model(proto.SerializeAsString(), "m.onnx");
      FAIL("not refused: " << what);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.message().find(what) != std::string::npos, error.message());
    }
  };
  tensors[0].set_dims(0, 5);
  expect("needs 2000 bytes, the model has 1600");
  tensors[0].set_dims(0, -4);
  expect("impossible");
  tensors[0].set_dims(0, std::int64_t{1} << 62);
  expect("impossible");
  tensors[0].set_dims(0, 4);
  tensors[0].set_data_type(99);
  expect("unknown type");
  tensors[0].set_data_type(1);
  tensors[1].set_name("weight");
  expect("two initializers are named 'weight'");
}

TEST_CASE("checker and shape inference work without the payloads") {
  Model model = matmul_model();
  check_model(model, "m.onnx");
  model.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  CHECK(infer_shapes(model) == "");
  REQUIRE(model.graph().value_info_size() == 1);
  CHECK(model.graph().value_info(0).type().tensor_type().shape().dim(1).dim_value() == 100);
  CHECK(model.graph().output(0).type().tensor_type().shape().dim(1).dim_value() == 100);
  CHECK(model.graph().input_size() == 1);
  CHECK(model.payload("weight") != nullptr);
  model.graph().mutable_node(1)->set_op_type("Plus");
  CHECK_THROWS_AS(check_model(model, "m.onnx"), Error);
  CHECK(newest_opset() >= 23);
}

TEST_CASE("inference that fails says why and leaves the model usable") {
  Model model = matmul_model();
  model.set_initializer("weight", ramp({5, 100}));
  CHECK(infer_shapes(model) != "");
  CHECK(model.graph().node_size() == 2);
}

TEST_CASE("real models survive every way of writing") {
  if (!have_file("models")) return;
  const Folder folder;
  int models = 0;
  for (const auto& entry : fs::directory_iterator(real_file("models"))) {
    if (entry.path().extension() != ".onnx") continue;
    ++models;
    Model model = read_model(entry.path());
    check_model(model, entry.path().string());
    onnx::ModelProto whole;
    std::ifstream in(entry.path(), std::ios::binary);
    REQUIRE(whole.ParseFromIstream(&in));
    onnx::ModelProto again;
    REQUIRE(again.ParseFromString(serialize_model(model)));
    for (const auto& tensor : whole.graph().initializer()) {
      if (tensor.has_raw_data()) CHECK(bytes_of(*model.initializer(tensor.name())) == tensor.raw_data());
    }
    write_model(model, folder.path / "m.onnx", ExternalData::always);
    check_same_tensors(model, read_model(folder.path / "m.onnx"));
    CHECK_MESSAGE(infer_shapes(model) == "", entry.path().string());
  }
  CHECK(models >= 8);
}
