#include <cmath>

#include <doctest/doctest.h>

#include "commands/quantize_search.hpp"
#include "commands/scratch_model.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/quantize/target.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Made {
  Model model;
  std::vector<QuantizedLayer> layers;
  double sqnr_db = 0;  ///< on calibration inputs
};

Made quantized(const fs::path& path, const Samples& samples, const std::string& target, const std::vector<std::string>& int16 = {}) {
  QuantizeOptions options;
  options.model = path;
  options.method = "mse";
  options.target = target;
  options.int16 = int16;
  SilentOutput silent;
  QuantizeWorkbench workbench(read_model(path), options, &samples, nullptr, silent);
  Candidate candidate = best_candidate(workbench);
  check_model(candidate.made.model, "made");
  return {candidate.made.model, candidate.made.layers, worst_sqnr_db(candidate.errors)};
}

/// Visits the zero point of every QuantizeLinear.
template <class Visit>
void for_each_zero_point(const Model& model, Visit visit) {
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.op_type() == "QuantizeLinear") visit(node, *model.initializer(node.input(2)));
  }
}

/// Types of the biases that Conv and Gemm read: int32 behind DequantizeLinear, or float32.
int integer_biases(const Model& model) {
  int count = 0;
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.op_type() == "DequantizeLinear" && model.has_initializer(node.input(0))) count += model.initializer(node.input(0))->type == ElementType::int32;
  }
  return count;
}

}  // namespace

TEST_CASE("schemes: symmetric ones have zero point 0 and the same step on both sides") {
  const AffineParameters signed_one = affine_parameters({-1, 3}, form_of(Target::tensorrt).activations);
  CHECK(signed_one.zero_point == 0);
  CHECK(signed_one.scale == doctest::Approx(3.0 / 127));
  CHECK(signed_one.integer(-100) == -128);
  CHECK(signed_one.integer(100) == 127);
  const AffineParameters arm = affine_parameters({-1, 3}, form_of(Target::arm).activations), usual = affine_parameters({-1, 3});
  CHECK(arm.scale == usual.scale);
  CHECK(arm.zero_point == usual.zero_point - 128);
  for (const double value : {-1.0, -0.3, 0.0, 0.7, 2.9}) CHECK(arm.quantized(value) == usual.quantized(value));
  const AffineParameters wide = affine_parameters({-1, 3}, wide_activations);
  CHECK(std::abs(wide.quantized(0.7) - 0.7) <= 4.0 / 65535 / 2);
  CHECK(wide.quantized(0) == 0);
}

TEST_CASE("each target gets the integers and biases that it takes, on real models") {
  struct Expected {
    const char* target;
    ElementType type;
    bool integer_biases;
    double cnn_db, transformer_db;  ///< floors; measured: 39.2 and 46.2, TensorRT 34.6 and 43.9
  };
  for (const Expected& expected : {Expected{"generic", ElementType::uint8, true, 38, 45}, Expected{"arm", ElementType::int8, true, 38, 45},
                                   Expected{"openvino", ElementType::uint8, false, 38, 45}, Expected{"tensorrt", ElementType::int8, false, 33, 42},
                                   Expected{"qnn", ElementType::uint8, true, 37, 44}}) {
    for (const std::string name : {"cmapss_cnn", "cmapss_transformer"}) {
      const auto path = real_model(name);
      if (!path || !have_file("models/cmapss_calib_x.npy")) return;
      const auto samples = open_samples({real_file("models/cmapss_calib_x.npy")}, wanted_inputs(Session(*path, {})));
      const Made made = quantized(*path, *samples, expected.target);
      INFO(name << " for " << expected.target << ": " << made.sqnr_db << " dB");
      for_each_zero_point(made.model, [&](const onnx::NodeProto&, const TensorView& zero) {
        CHECK(zero.type == expected.type);
        if (std::string(expected.target) == "tensorrt") CHECK(to_int64s(zero) == std::vector<std::int64_t>{0});
      });
      if (name == "cmapss_cnn") CHECK((integer_biases(made.model) > 0) == expected.integer_biases);
      CHECK(made.sqnr_db >= (name == "cmapss_cnn" ? expected.cnn_db : expected.transformer_db));
    }
  }
}

TEST_CASE("QNN: one scale for the weights of a matrix and its bias, one for each channel of a convolution") {
  const auto path = real_model("cmapss_cnn");
  if (!path || !have_file("models/cmapss_calib_x.npy")) return;
  const auto samples = open_samples({real_file("models/cmapss_calib_x.npy")}, wanted_inputs(Session(*path, {})));
  const Made made = quantized(*path, *samples, "qnn"), usual = quantized(*path, *samples, "generic");
  std::map<std::string, const onnx::NodeProto*> made_by;
  for (const onnx::NodeProto& node : made.model.graph().node()) made_by[node.output(0)] = &node;
  int matrices = 0, convolutions = 0;
  for (const onnx::NodeProto& node : made.model.graph().node()) {
    const bool matrix = node.op_type() == "Gemm", convolution = node.op_type() == "Conv";
    for (int i = 1; (matrix || convolution) && i < node.input_size(); ++i) {
      const auto from = made_by.find(node.input(i));
      if (from == made_by.end() || from->second->op_type() != "DequantizeLinear") continue;
      const TensorView scale = *made.model.initializer(from->second->input(1));
      CHECK(scale.shape.empty() == matrix);
      (matrix ? matrices : convolutions) += 1;
    }
  }
  CHECK(matrices >= 2);
  CHECK(convolutions >= 2);
  CHECK(made.sqnr_db < usual.sqnr_db);
}

TEST_CASE("16-bit activations lose only what the weights lose; operator sets before 21 use ONNX Runtime's own operators") {
  const auto path = real_model("cmapss_cnn");
  if (!path || !have_file("models/cmapss_calib_x.npy")) return;
  const auto samples = open_samples({real_file("models/cmapss_calib_x.npy")}, wanted_inputs(Session(*path, {})));
  const Made narrow = quantized(*path, *samples, "generic"), wide = quantized(*path, *samples, "generic", {"*"});
  CHECK(wide.sqnr_db > narrow.sqnr_db + 9);
  for_each_zero_point(wide.model, [&](const onnx::NodeProto& node, const TensorView& zero) {
    CHECK(zero.type == ElementType::uint16);
    CHECK(node.domain() == "com.microsoft");  // the model has operator set 17
  });
  const Made one = quantized(*path, *samples, "generic", {"/stem/*"});
  int wide_layers = 0;
  for (const QuantizedLayer& layer : one.layers) wide_layers += layer.form == "int8, int16 inputs";
  CHECK(wide_layers == 1);
  const auto newer = real_model("cmapss_transformer");
  for_each_zero_point(quantized(*newer, *samples, "generic", {"MatMul"}).model, [&](const onnx::NodeProto& node, const TensorView& zero) {
    CHECK(zero.type == ElementType::uint16);
    CHECK(node.domain().empty());  // operator set 23
  });
}
