#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <onnx/defs/parser.h>

#include "commands/quantize.hpp"
#include "commands/quantize_search.hpp"
#include "formats/error.hpp"
#include "quantizer/quantize/dynamic_int8.hpp"
#include "tests/model_building.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

// Models that real exporters write and that quantizers stumble over, in ONNX's textual form. Each result must pass the
// checker, load, run and lie close to its source.

namespace {

enum class Form { fixed, dynamic };

struct Weight {
  std::string name;
  std::vector<std::int64_t> shape;
};

Model parsed(const std::string& text, const std::vector<Weight>& weights) {
  onnx::ModelProto proto;
  const auto status = onnx::OnnxParser::Parse(proto, text.c_str());
  if (!status.IsOK()) throw Error(ErrorKind::input, status.ErrorMessage());
  Model model = parse_model(proto.SerializeAsString(), "text");
  for (const Weight& weight : weights) building::add_weights(model, weight.name, weight.shape);
  return model;
}

/// `body` with the usual head: opset 17.
Model graph(const std::string& body, const std::vector<Weight>& weights = {}, const std::string& head = R"(<ir_version: 8, opset_import: ["" : 17]>)") {
  return parsed(head + " g " + body, weights);
}

struct Judged {
  Candidate candidate;
  int integers = 0;          ///< operators in int8
  double worst_sqnr_db = 0;  ///< over the outputs, on other inputs than those of the calibration
  const QuantizedLayer& layer(const std::string& name) const {
    for (const QuantizedLayer& layer : candidate.made.layers) {
      if (layer.name == name) return layer;
    }
    throw Error(ErrorKind::input, "no layer " + name);
  }
};

Judged judge(const Model& model, Form form) {
  const building::Folder folder;
  QuantizeOptions options;
  options.model = folder / "source.onnx";
  options.dynamic = form == Form::dynamic;
  write_model(model, options.model);
  const Model source = read_model(options.model);
  check_model(source, "source");
  const Session session(options.model, {});
  const auto samples = seeded_samples(wanted_inputs(session), 32, 5);
  SilentOutput silent;
  QuantizeWorkbench workbench(source, options, samples.get(), nullptr, silent);
  Judged judged{best_candidate(workbench), 0, HUGE_VAL};
  const Model& made = judged.candidate.made.model;
  check_model(made, "result");
  write_model(made, folder / "made.onnx");
  for (const OutputError& error : compare_outputs(session, Session(folder / "made.onnx", {}), *seeded_samples(wanted_inputs(session), 16, 77), 1)) {
    judged.worst_sqnr_db = std::min(judged.worst_sqnr_db, error.sqnr_db);
  }
  for (const QuantizedLayer& layer : judged.candidate.made.layers) judged.integers += layer.form != "float" ? 1 : 0;
  return judged;
}

struct Case {
  std::string what;
  Model model;
  int fixed, dynamic;  ///< operators in int8
  double least_db = 28;
};

void check_case(const Case& one) {
  for (const Form form : {Form::fixed, Form::dynamic}) {
    CAPTURE(one.what);
    CAPTURE(static_cast<int>(form));
    try {
      const Judged judged = judge(one.model, form);
      CHECK(judged.integers == (form == Form::fixed ? one.fixed : one.dynamic));
      CHECK(judged.worst_sqnr_db >= one.least_db);
    } catch (const Error& error) {
      FAIL_CHECK(error.message());
    }
  }
}

}  // namespace

TEST_CASE("convolutions of every kind") {
  if (!building::have_runtime()) return;
  const Weight full{"w", {8, 6, 3, 3}}, bias{"b", {8}};
  check_case({"plain", graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { y = Conv(x, w, b) }", {full, bias}), 1, 1});
  check_case({"no bias, named empty", graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { y = Conv(x, w, \"\") }", {full}), 1, 1});
  check_case(
      {"groups", graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { y = Conv<group = 2, pads = [1,1,1,1]>(x, w, b) }", {{"w", {8, 3, 3, 3}}, bias}), 1, 1});
  check_case({"depthwise", graph("(float[n,8,9,9] x) => (float[n,8,h,v] y) { y = Conv<group = 8>(x, w, b) }", {{"w", {8, 1, 3, 3}}, bias}), 1, 1});
  check_case(
      {"auto_pad", graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { y = Conv<auto_pad = \"SAME_UPPER\", strides = [2,2]>(x, w, b) }", {full, bias}), 1, 1});
  check_case({"dilations in 1-D", graph("(float[n,6,30] x) => (float[n,8,h] y) { y = Conv<dilations = [3]>(x, w, b) }", {{"w", {8, 6, 3}}, bias}), 1, 1});
  check_case({"3-D", graph("(float[n,6,5,5,5] x) => (float[n,8,h,v,z] y) { y = Conv(x, w, b) }", {{"w", {8, 6, 3, 3, 3}}, bias}), 1, 1});
  check_case({"transposed", graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { y = ConvTranspose(x, w, b) }", {{"w", {6, 8, 3, 3}}, bias}), 1, 0});
  check_case(
      {"transposed in groups", graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { y = ConvTranspose<group = 2>(x, w, b) }", {{"w", {6, 4, 3, 3}}, bias}), 1, 0});
}

TEST_CASE("Gemm and MatMul with every kind of operand") {
  if (!building::have_runtime()) return;
  const Weight w{"w", {6, 8}}, turned{"w", {8, 6}}, bias{"b", {8}};
  check_case({"transB", graph("(float[n,6] x) => (float[n,8] y) { y = Gemm<transB = 1>(x, w, b) }", {turned, bias}), 1, 1});
  check_case({"transA", graph("(float[6,8] x) => (float[8,8] y) { y = Gemm<transA = 1>(x, w, b) }", {w, bias}), 1, 0});
  check_case({"alpha", graph("(float[n,6] x) => (float[n,8] y) { y = Gemm<alpha = 0.5>(x, w, b) }", {w, bias}), 0, 0});
  check_case({"beta", graph("(float[n,6] x) => (float[n,8] y) { y = Gemm<beta = 2.0>(x, w, b) }", {w, bias}), 0, 0});
  check_case({"bias [1, N]", graph("(float[n,6] x) => (float[n,8] y) { y = Gemm(x, w, b) }", {w, {"b", {1, 8}}}), 1, 1});
  check_case({"bias [1, N] before Relu", graph("(float[n,6] x) => (float[n,8] y) { z = Gemm(x, w, b) y = Relu(z) }", {w, {"b", {1, 8}}}), 1, 1});
  check_case({"scalar bias", graph("(float[n,6] x) => (float[n,8] y) { y = Gemm(x, w, b) }", {w, {"b", {}}}), 0, 0});
  check_case({"scalar bias, one channel", graph("(float[n,6] x) => (float[n,1] y) { y = Gemm(x, w, b) }", {{"w", {6, 1}}, {"b", {}}}), 1, 1});
  check_case({"bias [M, N]", graph("(float[4,6] x) => (float[4,8] y) { y = Gemm(x, w, b) }", {w, {"b", {4, 8}}}), 0, 0});
  check_case({"bias [M, 1] with M = N", graph("(float[8,6] x) => (float[8,8] y) { y = Gemm(x, w, b) }", {w, {"b", {8, 1}}}), 0, 0});
  check_case({"no bias", graph("(float[n,6] x) => (float[n,8] y) { y = Gemm(x, w) }", {w}), 1, 1});
  check_case({"weight of rank 3", graph("(float[n,3,5,6] x) => (float[n,3,5,8] y) { y = MatMul(x, w) }", {{"w", {3, 6, 8}}}), 1, 1});
  check_case({"weight of rank 3 and one matrix", graph("(float[n,5,6] x) => (float[n,5,8] y) { y = MatMul(x, w) }", {{"w", {1, 6, 8}}}), 1, 1});
  check_case({"vector as input", graph("(float[1,6] x) => (float[8] y) { v = Squeeze(x) y = MatMul(v, w) }", {w}), 1, 1});
  check_case({"constant left side", graph("(float[n,8,4] x) => (float[n,6,4] y) { y = MatMul(w, x) }", {w}), 0, 0});
  check_case({"vector as weight", graph("(float[n,6] x) => (float[n] y) { y = MatMul(x, w) }", {{"w", {6}}}), 0, 0});
  check_case({"two activations", graph("(float[n,5,6] x) => (float[n,5,5] y) { t = Transpose<perm = [0,2,1]>(x) y = MatMul(x, t) }"), 1, 0});
  check_case({"one activation twice", graph("(float[n,5,5] x) => (float[n,5,5] y) { y = MatMul(x, x) }"), 1, 0});
  // With the products of activations in float it is better.
  check_case(
      {"small products and attention",
       graph("(float[n,5,6] x) => (float[n,5,2] y) { t = Transpose<perm = [0,2,1]>(x) a = MatMul(x, t) s = Softmax(a) v = MatMul(s, x) y = MatMul(v, w) }",
             {{"w", {6, 2}}}),
       1, 1, 20});
}

TEST_CASE("weights that are shared, listed, asked for or made by Constant") {
  if (!building::have_runtime()) return;
  const Weight square{"w", {8, 8}};
  check_case({"one weight, both axes",
              graph("(float[n,8] x) => (float[n,8] y) { a = Gemm<transB = 1>(x, w, b) r = Relu(a) y = MatMul(r, w) }", {square, {"b", {8}}}), 2, 2});
  check_case({"one weight, two biases",
              graph("(float[n,8] x) => (float[n,8] y) { a = Gemm(x, w, b) r = Relu(a) y = Gemm(r, w, c) }", {square, {"b", {8}}, {"c", {8}}}), 2, 2});
  check_case({"one bias, two weights",
              graph("(float[n,8] x) => (float[n,8] y) { a = Gemm(x, w, b) r = Relu(a) y = Gemm(r, v, b) }", {square, {"v", {8, 8}}, {"b", {8}}}), 2, 2});
  check_case({"weight as output", graph("(float[n,8] x) => (float[n,8] y, float[8,8] w) { y = MatMul(x, w) }", {square}), 1, 1});
  check_case({"weight as output and folded norm",
              graph("(float[n,8,4,4] x) => (float[n,8,h,v] y, float[8,8,1,1] w) <float[8] v = {1, 2, 3, 4, 1, 2, 3, 4}> { c = Conv(x, w) y = "
                    "BatchNormalization(c, g, b, m, v) }",
                    {{"w", {8, 8, 1, 1}}, {"g", {8}}, {"b", {8}}, {"m", {8}}}),
              1, 1});
  check_case({"weight as graph input (IR 3)",
              graph("(float[n,8] x, float[8,8] w) => (float[n,8] y) { y = MatMul(x, w) }", {square}, R"(<ir_version: 3, opset_import: ["" : 13]>)"), 1, 1});
  check_case({"weight as graph input (IR 8)", graph("(float[n,8] x, float[8,8] w) => (float[n,8] y) { y = MatMul(x, w) }", {square}), 1, 1});
  check_case(
      {"weight as Constant", graph("(float[n,2] x) => (float[n,4] y) { k = Constant<value = float[2,4] {1,2,3,4,5,6,7,8}>() y = MatMul(x, k) }"), 1, 1, 20});
  check_case({"computed weight", graph("(float[n,8] x) => (float[n,8] y) { v = Exp(w) y = Gemm(x, v) }", {square}), 0, 0});
}

TEST_CASE("activations that others need too") {
  if (!building::have_runtime()) return;
  const Weight a{"w", {8, 8, 3, 3}}, c{"v", {8, 8, 1, 1}}, bias{"b", {8}};
  check_case({"output that feeds a Conv",
              graph("(float[n,8,6,6] x) => (float[n,8,h,v] y, float[n,8,p,q] z) { z = Conv(x, w, b) y = Conv(z, v) }", {a, c, bias}), 2, 2});
  check_case({"fused output that feeds a Conv",
              graph("(float[n,8,6,6] x) => (float[n,8,h,v] y, float[n,8,p,q] z) { k = Conv(x, w, b) z = Relu(k) y = Conv(z, v) }", {a, c, bias}), 2, 2});
  check_case({"input for Conv and Add", graph("(float[n,8,6,6] x) => (float[n,8,h,v] y) { k = Conv(x, v, b) y = Add(k, x) }", {c, bias}), 1, 1});
  check_case({"input that is an output", graph("(float[n,8,6,6] x) => (float[n,8,h,v] y, float[n,8,6,6] x) { y = Conv(x, v, b) }", {c, bias}), 1, 1});
  check_case(
      {"concatenated twice",
       graph("(float[n,8,6,6] x) => (float[n,8,h,v] y) { k = Conv(x, v, b) j = Concat<axis = 1>(k, k) y = Conv(j, w) }", {{"w", {8, 16, 1, 1}}, c, bias}), 2,
       2});
  check_case({"pools and reshapes between",
              graph("(float[n,8,6,6] x) => (float[n,8] y) { k = Conv(x, w, b) r = Relu(k) p = MaxPool<kernel_shape = [2,2], strides = [2,2]>(r) f = Flatten(p) "
                    "y = Gemm(f, u) }",
                    {a, bias, {"u", {32, 8}}}),
              2, 2});
  check_case({"two inputs, two outputs, symbolic length",
              graph("(float[n,t,6] x, float[n,t,8] z) => (float[n,t,8] y, float[n,t,8] s) { a = MatMul(x, w) y = Add(a, z) s = MatMul(y, u) }",
                    {{"w", {6, 8}}, {"u", {8, 8}}}),
              2, 2});
  check_case({"Gemm both ways on one input",
              graph("(float[8,8] x) => (float[8,8] y) { a = Gemm<transA = 1>(x, w, b) c = Gemm(x, w, b) y = Add(a, c) }", {{"w", {8, 8}}, bias}), 2, 1});
  check_case(
      {"names that are taken",
       graph("(float[n,8] x, float[n,8] x_observed) => (float[n,8] y) { x_scale = Relu(x_observed) w_quantized = MatMul(x, w) y = Add(w_quantized, x_scale) }",
             {{"w", {8, 8}}}),
       1, 1});
}

TEST_CASE("subgraphs read tensors by name") {
  if (!building::have_runtime()) return;
  const Weight w{"w", {8, 8}}, bias{"b", {8}};
  const std::string branches = "<then_branch = t () => (float[n,8] p) { p = Add(a, a) }, else_branch = e () => (float[n,8] q) { q = MatMul(a, w) }>";
  check_case({"If reads a result and a weight",
              graph("(float[n,8] x, bool c) => (float[n,8] y) { k = Gemm(x, w, b) a = Relu(k) y = If(c) " + branches + " }", {w, bias}), 1, 1});
  check_case({"a result that If reads is also an output and an input of another",
              graph("(float[n,8] x, bool c) => (float[n,8] y, float[n,8] a, float[n,8] z) { k = Gemm(x, w, b) a = Relu(k) z = MatMul(a, w) y = If(c) " +
                        branches + " }",
                    {w, bias}),
              2, 2});
  check_case({"Loop carries a result",
              graph("(float[n,8] x) => (float[n,8] y) { n = Constant<value = int64 {3}>() k = Constant<value = bool {1}>() a = MatMul(x, w)"
                    " y = Loop(n, k, a) <body = l (int64 i, bool g, float[m,8] s) => (bool h, float[m,8] r) { h = Identity(g) d = MatMul(s, w) f = Tanh(d) r = "
                    "Add(f, a) }> }",
                    {w}),
              1, 1, 20});
}

TEST_CASE("numbers at the ends of their ranges") {
  if (!building::have_runtime()) return;
  const Weight bias{"b", {8}};
  const auto with = [](Model model, const std::string& name, std::vector<std::int64_t> shape, float value) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)), value);
    model.set_initializer(name, make_tensor<float>(std::move(shape), values));
    return model;
  };
  const Weight conv{"w", {8, 6, 3, 3}};
  const std::string body = "(float[n,6,9,9] x) => (float[n,8,h,v] y) { s = Mul(x, f) y = Conv(s, w, b) }";
  check_case({"activations of zeros", with(graph(body, {conv, bias}), "f", {}, 0), 1, 1});
  check_case({"huge activations", with(graph(body, {conv, bias}), "f", {}, 1e30F), 1, 1});
  check_case({"tiny activations", with(graph(body, {conv, bias}), "f", {}, 1e-30F), 1, 1});
  check_case({"tiny activations, no bias",
              with(graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { s = Mul(x, f) t = Conv(s, w) g = Div(t, f) y = Mul(g, g) }", {conv}), "f", {}, 1e-30F), 1,
              1, 20});
  check_case({"tiny activations, huge bias", with(with(graph(body, {conv}), "f", {}, 1e-30F), "b", {8}, 1e30F), 1, 1});
  check_case({"weights of zeros", with(with(graph(body, {bias}), "f", {}, 1), "w", {8, 6, 3, 3}, 0), 1, 1});
  check_case({"huge weights", with(with(graph(body, {bias}), "f", {}, 1), "w", {8, 6, 3, 3}, 1e30F), 1, 1});
  check_case({"tiny weights", with(with(graph(body, {bias}), "f", {}, 1), "w", {8, 6, 3, 3}, 1e-30F), 1, 1});
  check_case({"constant activations",
              with(graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { z = Mul(x, f) s = Cos(z) y = Conv(s, w, b) }", {conv, bias}), "f", {}, 0), 1, 1});
  check_case({"constant negative activations",
              with(graph("(float[n,6,9,9] x) => (float[n,8,h,v] y) { z = Mul(x, f) c = Cos(z) s = Neg(c) y = Conv(s, w, b) }", {conv, bias}), "f", {}, 0), 1,
              1});
}

TEST_CASE("recurrent operators under dynamic int8") {
  if (!building::have_runtime()) return;
  const std::string x = "(float[t,n,6] x) => (float[t,d,n,8] y) ";
  // Sequences: axis 0 is time, so that a sample is one step of it.
  const Weight w{"w", {1, 32, 6}}, r{"r", {1, 32, 8}}, b{"b", {1, 64}}, h{"h", {1, 16, 8}}, c{"c", {1, 16, 8}}, p{"p", {1, 24}};
  const auto dynamic = [](const std::string& body, const std::vector<Weight>& weights, int integers) {
    CAPTURE(body);
    try {
      const Judged judged = judge(graph(body, weights), Form::dynamic);
      CHECK(judged.integers == integers);
      CHECK(judged.worst_sqnr_db >= 25);
      return judged.candidate.made.layers;
    } catch (const Error& error) {
      FAIL_CHECK(error.message());
      return std::vector<QuantizedLayer>();
    }
  };
  dynamic(x + "{ y = LSTM<hidden_size = 8>(x, w, r, b) }", {w, r, b}, 1);
  dynamic(x + "{ y = LSTM<hidden_size = 8, layout = 0>(x, w, r, b) }", {w, r, b}, 1);
  dynamic(x + "{ y = LSTM<hidden_size = 8, direction = \"reverse\">(x, w, r) }", {w, r}, 1);
  dynamic(x + "{ y = LSTM<hidden_size = 8, direction = \"bidirectional\">(x, w, r, b) }", {{"w", {2, 32, 6}}, {"r", {2, 32, 8}}, {"b", {2, 64}}}, 1);
  dynamic(x + "{ y = LSTM<hidden_size = 8>(x, w, r, b, \"\", h, c, p) }", {w, r, b, h, c, p}, 1);
  dynamic(x + "{ y = LSTM<hidden_size = 8>(x, w, r, b, \"\", h, c) }", {w, r, b, h, c}, 1);
  dynamic(x + "{ s = Shape<start = 1, end = 2>(x) o = Constant<value = int32[1] {1}>() q = Expand(o, s) y = LSTM<hidden_size = 8>(x, w, r, b, q) }", {w, r, b},
          1);
  dynamic(x + "{ y = LSTM<hidden_size = 8, clip = 0.5, input_forget = 1>(x, w, r, b) }", {w, r, b}, 1);
  const Model batch_first =
      graph("(float[n,t,6] x) => (float[n,t,d,8] y) { y = LSTM<hidden_size = 8, layout = 1>(x, w, r, b) }", {w, r, b});  // no runtime for it
  CHECK(quantize_dynamic(batch_first, {}).layers.at(0).form == "int8 weights");
  const auto gru = dynamic(x + "{ y = GRU<hidden_size = 8>(x, w, r) }", {{"w", {1, 24, 6}}, {"r", {1, 24, 8}}}, 1);
  CHECK((gru.size() == 1 && gru[0].form == "int8 weights"));
  dynamic(x + "{ y = RNN<hidden_size = 8, activations = [\"Relu\"]>(x, w, r) }", {{"w", {1, 8, 6}}, {"r", {1, 8, 8}}}, 0);  // 112 weights: too few
  dynamic(x + "{ a = LSTM<hidden_size = 8>(x, w, r, b) k = Constant<value = int64[1] {1}>() q = Squeeze(a, k) y = LSTM<hidden_size = 8>(q, v, r, b) }",
          {w, r, b, {"v", {1, 32, 8}}}, 2);
}
