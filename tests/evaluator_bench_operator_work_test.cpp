#include "evaluator/bench/operator_work.hpp"

#include <doctest/doctest.h>

#include "commands/scratch_model.hpp"
#include "evaluator/bench/machine_peak.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"

using namespace iai;

namespace {

KernelTensor tensor(std::vector<std::int64_t> shape, const std::string& type = "float") { return {type, std::move(shape)}; }

KernelTime kernel(const std::string& type, std::vector<KernelTensor> inputs, std::vector<KernelTensor> outputs) {
  return {"node", type, 1e-3, "CPUExecutionProvider", std::move(inputs), std::move(outputs)};
}

double operations(const std::string& type, std::vector<KernelTensor> inputs, std::vector<KernelTensor> outputs) {
  return operator_work(kernel(type, std::move(inputs), std::move(outputs))).operations.value_or(-1);
}

double clock_ms = 0;
double fake_now() { return clock_ms += 30; }

}  // namespace

TEST_CASE("operations of sums, counted by hand") {
  // 4 filters of 3 x 3 over 3 channels, 6 x 6 places: 144 outputs of 27 multiply-adds and a bias each.
  CHECK(operations("Conv", {tensor({1, 3, 8, 8}), tensor({4, 3, 3, 3}), tensor({4})}, {tensor({1, 4, 6, 6})}) == 144 * 27 * 2 + 144);
  CHECK(operations("Conv", {tensor({1, 3, 8, 8}), tensor({4, 3, 3, 3})}, {tensor({1, 4, 6, 6})}) == 144 * 27 * 2);
  // One filter a channel: 9 multiply-adds an output.
  CHECK(operations("Conv", {tensor({2, 16, 8, 8}), tensor({16, 1, 3, 3})}, {tensor({2, 16, 8, 8})}) == 2 * 16 * 64 * 9 * 2);
  CHECK(operations("QLinearConv",
                   {tensor({1, 3, 8, 8}, "uint8"), tensor({}), tensor({}, "uint8"), tensor({4, 3, 3, 3}, "int8"), tensor({4}), tensor({4}, "int8"), tensor({}),
                    tensor({}, "uint8"), tensor({4}, "int32")},
                   {tensor({1, 4, 6, 6}, "uint8")}) == 144 * 27 * 2 + 144);
  // Each of 2 x 3 x 3 inputs is spread over 4 x 2 x 2 outputs.
  CHECK(operations("ConvTranspose", {tensor({1, 2, 3, 3}), tensor({2, 4, 2, 2})}, {tensor({1, 4, 4, 4})}) == 18 * 16 * 2);
  CHECK(operations("Gemm", {tensor({2, 5}), tensor({5, 7}), tensor({7})}, {tensor({2, 7})}) == 2 * 7 * 5 * 2 + 14);
  CHECK(operations("Gemm", {tensor({5, 2}), tensor({5, 7})}, {tensor({2, 7})}) == 2 * 7 * 5 * 2);  // transA
  CHECK(operations("MatMul", {tensor({3, 2, 5}), tensor({5, 7})}, {tensor({3, 2, 7})}) == 3 * 2 * 7 * 5 * 2);
  CHECK(operations("MatMul", {tensor({5}), tensor({5, 7})}, {tensor({7})}) == 7 * 5 * 2);
  // 30 steps of 4 gates of 64 units over 14 inputs and 64 states.
  CHECK(operations("LSTM", {tensor({30, 1, 14}), tensor({1, 256, 14}), tensor({1, 256, 64})}, {tensor({30, 1, 1, 64})}) == 30 * 256 * (14 + 64) * 2);
}

TEST_CASE("weights that the runtime packed are not listed, and the inputs behind them move up") {
  const OperatorWork product = operator_work(kernel("Gemm", {tensor({2, 480}), tensor({64})}, {tensor({2, 64})}));
  CHECK(*product.operations == 2 * 64 * 480 * 2 + 128);
  CHECK(product.bytes == 4 * (2 * 480 + 480 * 64 + 64 + 2 * 64));
  const OperatorWork recurrent = operator_work(kernel("LSTM", {tensor({30, 1, 14}), tensor({1, 512}), tensor({1, 1, 64})}, {{}, tensor({1, 1, 64})}));
  CHECK(*recurrent.operations == 30 * 256 * (14 + 64) * 2);
  CHECK(recurrent.bytes == 4 * (30 * 14 + 512 + 64 + 64 + 256 * (14 + 64)));
  CHECK(operations("QLinearConv", {tensor({1, 3, 8, 8}, "uint8"), tensor({}), tensor({}, "uint8")}, {tensor({1, 4, 6, 6}, "uint8")}) == -1);  // not guessed
}

TEST_CASE("element-wise operators, what only moves, and what the shapes do not tell") {
  CHECK(operations("Relu", {tensor({2, 8})}, {tensor({2, 8})}) == 16);
  CHECK(operations("Add", {tensor({2, 8}), tensor({8})}, {tensor({2, 8})}) == 16);
  CHECK(operations("ReduceMean", {tensor({2, 8})}, {tensor({2, 1})}) == 16);
  CHECK(operations("Transpose", {tensor({2, 8})}, {tensor({8, 2})}) == 0);
  CHECK(operations("MaxPool", {tensor({1, 1, 4, 4})}, {tensor({1, 1, 2, 2})}) == -1);
  CHECK(operations("Conv", {tensor({1, 3, 8, 8})}, {tensor({1, 4, 6, 6})}) == -1);
  CHECK(operations("Relu", {}, {}) == -1);
}

TEST_CASE("bytes are those of all tensors, each once; one that is left out has none") {
  const OperatorWork work =
      operator_work(kernel("Gemm", {tensor({2, 5}), tensor({5, 7}, "int8"), {}, tensor({3}, "int64"), tensor({9}, "string")}, {tensor({2, 7}, "float16")}));
  CHECK(work.bytes == 2 * 5 * 4 + 35 + 3 * 8 + 14 * 2);
}

TEST_CASE("what bounds a kernel: the nearer ceiling, or neither") {
  // A second at 1e9 operations, 1e8 bytes of cache, 1e7 of memory; a cache of 1000 bytes.
  const MachinePeak peak{1e9, 1e8, 1e7, 1000};
  const Bound compute = bound_of({1e6, 500}, 2e-3, peak);
  CHECK(compute.by == "compute");
  CHECK(*compute.share == doctest::Approx(0.5));
  CHECK(*compute.intensity == doctest::Approx(2000));
  const Bound cache = bound_of({100, 1000}, 2e-5, peak);
  CHECK(cache.by == "memory");
  CHECK(*cache.share == doctest::Approx(0.5));
  const Bound memory = bound_of({100, 1001}, 2e-4, peak);
  CHECK(memory.by == "memory");
  CHECK(*memory.share == doctest::Approx(0.5005));
  CHECK(bound_of({1e6, 500}, 0.02, peak).by == "overhead");
  CHECK(bound_of({{}, 100'000}, 0.02, peak).by == "memory");  // operations unknown, but the bytes alone take half of the time
  CHECK(bound_of({{}, 500}, 0.02, peak).by == "unknown");
  CHECK(bound_of({1e6, 500}, 0, peak).by == "unknown");
  CHECK_FALSE(bound_of({1e6, 500}, 0, peak).share);
}

TEST_CASE("sums over a model that ran are those counted by hand") {
  if (!real_model("ai4i_mlp")) return;  // there is a runtime where there are models
  Model model = building::make_model({-1, 3, 8, 8}, {-1, 10});
  building::add_weights(model, "w", {4, 3, 3, 3});
  building::add_weights(model, "b", {4});
  building::add_weights(model, "m", {144, 10});
  building::add_weights(model, "c", {10});
  building::add_node(model, "Conv", {"x", "w", "b"}, "conv");
  building::add_node(model, "Flatten", {"conv"}, "flat");
  building::add_node(model, "Gemm", {"flat", "m", "c"}, "y");
  const ScratchModel scratch(model);
  SessionOptions options;
  options.optimization = GraphOptimization::none;  // the runtime's own layouts may fill channels up
  const std::vector<float> values(5 * 3 * 8 * 8, 0.5F);
  const Tensor input = make_tensor<float>({5, 3, 8, 8}, values);
  const std::vector<KernelTime> kernels = kernel_times(scratch.path(), options, std::vector{input.view()}, 3);
  REQUIRE(kernels.size() == 3);
  double sum = 0, bytes = 0;
  for (const KernelTime& one : kernels) {
    CHECK(one.provider == "CPUExecutionProvider");
    sum += *operator_work(one).operations;
    bytes += operator_work(one).bytes;
  }
  CHECK(sum == 5 * (144 * 27 * 2 + 144) + 5 * (10 * 144 * 2 + 10));
  const double convolution = 4 * (5 * 192 + 108 + 4 + 5 * 144), flatten = 4 * (5 * 144 * 2), product = 4 * (5 * 144 + 1440 + 10 + 50);
  CHECK(bytes == convolution + flatten + product);
}

TEST_CASE("rates of the machine are steps over the time they took") {
  // The clock of the test gains 30 ms whenever it is read: each try is one step of 30 ms.
  const MachinePeak peak = measure_machine_peak(1, fake_now);
  const double steps_per_s = 1000.0 / 30;
  const double lanes = peak.operations_per_s / steps_per_s / (2 * 10 * 20'000);
  CHECK((lanes == doctest::Approx(1) || lanes == doctest::Approx(4) || lanes == doctest::Approx(8) || lanes == doctest::Approx(16)));
  CHECK(peak.cache_bytes > 0);
  CHECK(peak.cache_bytes_per_s / steps_per_s == doctest::Approx(peak.cache_bytes / 2));
  CHECK(peak.memory_bytes_per_s / steps_per_s >= 128e6);
}
