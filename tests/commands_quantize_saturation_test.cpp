#include <array>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "commands/quantize_search.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "tests/real_data.hpp"
#include "tests/saturating_products.hpp"
#include "tests/silent_output.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Totals {
  std::int64_t pairs = 0, cut = 0, at_risk = 0, layers_at_risk = 0;
  double worst_db = HUGE_VAL;
};

Candidate quantized(const fs::path& path, const Samples& samples, const std::string& target) {
  QuantizeOptions options;
  options.model = path;
  options.target = target;
  SilentOutput silent;
  Model model = read_model(path);
  raise_opset(model, path);
  QuantizeWorkbench workbench(model, options, &samples, nullptr, silent);
  return best_candidate(workbench);
}

Totals emulated(const Candidate& candidate, const Samples& judged) {
  Totals totals;
  for (const auto& [name, count] : saturating::count(candidate.made.model, judged)) {
    totals.pairs += count.pairs;
    totals.cut += count.cut;
    totals.worst_db = std::min(totals.worst_db, count.sqnr_db());
  }
  for (const QuantizedLayer& layer : candidate.made.layers) {
    totals.at_risk += layer.risk.pairs;
    totals.layers_at_risk += layer.risk.pairs > 0 ? 1 : 0;
  }
  return totals;
}

/// The cure on one of the real models: judged on inputs that calibration did not see.
Totals check_model(const std::string& name, const std::string& calibration, const std::string& judged, std::int64_t calibrated = 64, std::int64_t count = 32) {
  const auto path = real_model(name);
  if (!path || !have_file("models/" + calibration) || !have_file("models/" + judged)) return {};
  const Session source(*path, {});
  const auto inputs = limit_samples(open_samples({real_file("models/" + calibration)}, wanted_inputs(source)), calibrated);
  const auto others = limit_samples(open_samples({real_file("models/" + judged)}, wanted_inputs(source)), count);
  const Candidate ordinary = quantized(*path, *inputs, "generic"), safe = quantized(*path, *inputs, "cpu-avx2");
  const Totals before = emulated(ordinary, *others), after = emulated(safe, *others);
  MESSAGE(fmt::format("{}: {} of {} sums cut (worst layer {:.1f} dB), {} pairs at risk in {} layers; cpu-avx2: {} cut; outputs {:.2f} dB and {:.2f} dB", name,
                      before.cut, before.pairs, before.worst_db, after.at_risk, after.layers_at_risk, after.cut, worst_sqnr_db(ordinary.errors),
                      worst_sqnr_db(safe.errors)));
  CHECK(before.pairs > 0);
  CHECK(after.pairs == before.pairs);
  CHECK(after.cut == 0);
  CHECK(worst_sqnr_db(safe.errors) >= worst_sqnr_db(ordinary.errors) - 6.1);  // one bit of the weights
  return before;
}

}  // namespace

TEST_CASE("with cpu-avx2 no product of a real model is cut to 16 bits") {
  std::int64_t cut = 0;
  cut += check_model("ai4i_mlp", "ai4i_calib_x.npy", "ai4i_eval_x.npy").cut;
  cut += check_model("ai4i_mlp_muladd", "ai4i_calib_x.npy", "ai4i_eval_x.npy").cut;
  cut += check_model("cmapss_cnn", "cmapss_calib_x.npy", "cmapss_val_x.npy").cut;
  cut += check_model("cmapss_cnn_bn", "cmapss_calib_x.npy", "cmapss_val_x.npy").cut;
  cut += check_model("cmapss_lstm", "cmapss_calib_x.npy", "cmapss_val_x.npy").cut;
  cut += check_model("cmapss_transformer", "cmapss_calib_x.npy", "cmapss_val_x.npy").cut;
  cut += check_model("bytes_lm", "bytes_lm_calib_x.npy", "bytes_lm_calib_x.npy", 8, 2).cut;  // 205 million sums a sample
  const Totals digits = check_model("digits_cnn", "digits_calib_x.npy", "digits_eval_x.npy");
  cut += digits.cut;
  if (digits.pairs > 0) CHECK(digits.worst_db < 20);  // a layer of it is hardly to be recognized
  MESSAGE(fmt::format("cut with the full range of int8, all models: {}", cut));
}

TEST_CASE("dynamic int8 with cpu-avx2 leaves no pair that could be cut") {
  for (const char* name : {"ai4i_mlp", "cmapss_cnn", "cmapss_cnn_bn", "cmapss_lstm", "cmapss_transformer", "digits_cnn", "bytes_lm"}) {
    if (!have_file(fmt::format("models/{}.onnx", name))) continue;
    const fs::path path = real_file(fmt::format("models/{}.onnx", name));
    Model model = read_model(path);
    raise_opset(model, path);
    model = prepared(std::move(model));
    const auto pairs = [&](Target target) {
      const QuantizedModel made = quantize_dynamic(model, {}, {}, target);
      std::int64_t sum = 0;
      for (const onnx::NodeProto& node : made.model.graph().node()) {
        const bool lstm = node.op_type() == "DynamicQuantizeLSTM", conv = node.op_type() == "ConvInteger";
        if (!lstm && !conv && node.op_type() != "MatMulInteger") continue;
        for (const int input : lstm ? std::vector<int>{1, 2} : std::vector<int>{1}) {
          const TensorView view = *made.model.initializer(node.input(input));
          const Tensor weight{view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
          const auto form = conv ? ReductionLayout::Form::convolution : ReductionLayout::Form::columns;
          sum += saturation_risk(weight, {form, view.shape}, view.shape, conv ? 0 : static_cast<int>(view.shape.size()) - 1, 255).pairs;
        }
      }
      return sum;
    };
    MESSAGE(fmt::format("{}: {} pairs at risk with the full range", name, pairs(Target::generic)));
    CHECK(pairs(Target::generic) > 0);
    CHECK(pairs(Target::cpu_avx2) == 0);
  }
}

#ifdef __x86_64__
namespace {
__attribute__((target("ssse3"))) void multiply_add(const std::uint8_t* inputs, const std::int8_t* weights, std::int16_t* sums) {
  const __m128i products =
      _mm_maddubs_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(inputs)), _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), products);
}
}  // namespace

TEST_CASE("the emulated instruction is the machine's") {
  if (!__builtin_cpu_supports("ssse3")) return;
  std::uint32_t state = 5;
  const auto next = [&] { return static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24); };
  int cut = 0;
  for (int round = 0; round < 20000; ++round) {
    std::array<std::uint8_t, 16> inputs{};
    std::array<std::int8_t, 16> weights{};
    std::array<std::int16_t, 8> sums{};
    for (std::size_t i = 0; i < 16; ++i) {
      inputs[i] = next();
      weights[i] = static_cast<std::int8_t>(next());
    }
    multiply_add(inputs.data(), weights.data(), sums.data());
    for (std::size_t i = 0; i < 8; ++i) {
      const int exact = inputs[2 * i] * weights[2 * i] + inputs[2 * i + 1] * weights[2 * i + 1];
      REQUIRE(saturating::add_in_16_bits(exact) == sums[i]);
      cut += exact != sums[i] ? 1 : 0;
    }
  }
  CHECK(cut > 100);
}
#endif

TEST_CASE("where neighbours pull the same way, the full range of int8 is cut and answers wrongly; cpu-avx2 is not") {
  if (!building::have_runtime()) return;
  // Averages of 16 inputs: weights of one sign and nearly one size.
  Model model = building::make_model({-1, 16}, {-1, 8});
  std::vector<float> weights(std::size_t{16} * 8);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 0.9F + 0.001F * static_cast<float>(i % 97);
  model.set_initializer("w", make_tensor<float>({16, 8}, weights));
  building::add_node(model, "Relu", {"x"}, "r");
  building::add_node(model, "MatMul", {"r", "w"}, "y");
  const building::Folder folder;
  write_model(model, folder / "model.onnx");
  const Session source(folder / "model.onnx", {});
  const auto samples = seeded_samples(wanted_inputs(source), 64, 7);
  const Candidate ordinary = quantized(folder / "model.onnx", *samples, "generic"), safe = quantized(folder / "model.onnx", *samples, "cpu-avx2");
  const Totals harm = emulated(ordinary, *samples), cure = emulated(safe, *samples);
  MESSAGE(fmt::format("{} of {} sums cut, {:.1f} dB; with cpu-avx2 {}, outputs {:.1f} and {:.1f} dB", harm.cut, harm.pairs, harm.worst_db, cure.cut,
                      worst_sqnr_db(ordinary.errors), worst_sqnr_db(safe.errors)));
  CHECK(harm.cut > 0);
  CHECK(harm.worst_db < worst_sqnr_db(ordinary.errors) - 10);  // int8 alone loses far less
  CHECK(cure.cut == 0);
  CHECK(cure.layers_at_risk == 1);
  CHECK(worst_sqnr_db(safe.errors) > harm.worst_db);
}
