#include "evaluator/metrics/tensor_difference.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/model_building.hpp"

using namespace iai;

namespace {

Tensor tensor(std::vector<std::int64_t> shape, const std::vector<float>& values) { return make_tensor<float>(std::move(shape), values); }

TensorDifferenceSums sums_of(const Tensor& a, const Tensor& b, std::int64_t first, std::int64_t n, const Tolerance& tolerance) {
  return TensorDifferenceSums::of(a.view(), b.view(), first, n, tolerance);
}

}  // namespace

TEST_CASE("tensor differences: figures of two runs, as numpy gives them") {
  const Tensor a1 = tensor({2, 2}, {1, -2, 3, 4}), b1 = tensor({2, 2}, {1, -2, 3.5F, 4});
  const Tensor a2 = tensor({1, 2}, {0.5F, 8}), b2 = tensor({1, 2}, {0.25F, 7});
  TensorDifferenceSums all = sums_of(a1, b1, 0, 2, {0.5, false});
  CHECK(all.result().first_sample == -1);  // 0.5 is not beyond 0.5
  all.append(sums_of(a2, b2, 2, 1, {0.5, false}));
  const TensorDifference found = all.result();
  CHECK(found.elements == 6);
  CHECK(found.max_absolute == 1);
  CHECK(found.mean_absolute == doctest::Approx(1.75 / 6).epsilon(1e-12));
  CHECK(found.sqnr_db == doctest::Approx(10 * std::log10(94.25 / 1.3125)).epsilon(1e-12));
  CHECK(found.cosine == doctest::Approx((1 + 4 + 10.5 + 16 + 0.125 + 56) / std::sqrt(94.25) / std::sqrt(1 + 4 + 12.25 + 16 + 0.0625 + 49)).epsilon(1e-12));
  CHECK(found.beyond == 1);
  CHECK(found.first_sample == 2);
  CHECK(!found.identical());
}

TEST_CASE("tensor differences: a relative tolerance is one of the largest value in the sample") {
  const Tensor a = tensor({2, 2}, {1, 100, 1, 2}), b = tensor({2, 2}, {1.5F, 100, 1.5F, 2});
  const TensorDifference found = sums_of(a, b, 10, 2, {0.01, true}).result();
  CHECK(found.beyond == 1);  // 0.5 of 100 is within 1 %, 0.5 of 2 is not
  CHECK(found.first_sample == 11);
}

TEST_CASE("tensor differences: NaN and infinity count where the other has something else") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const TensorDifference same = sums_of(tensor({1, 3}, {nan, infinity, 1}), tensor({1, 3}, {nan, infinity, 1}), 0, 1, {}).result();
  CHECK(same.identical());
  CHECK(same.not_finite == 2);
  CHECK(same.beyond == 0);
  const TensorDifference broken = sums_of(tensor({1, 3}, {1, 2, infinity}), tensor({1, 3}, {1, nan, -infinity}), 4, 1, {}).result();
  CHECK(broken.broken == 2);
  CHECK(broken.first_sample == 4);
  CHECK(std::isinf(broken.sqnr_db));
  CHECK(broken.sqnr_db < 0);
  CHECK(broken.cosine == 0);
  CHECK(!broken.identical());
}

TEST_CASE("tensor differences: other shapes are no numbers to compare") {
  TensorDifferenceSums all = sums_of(tensor({1, 2}, {1, 2}), tensor({1, 2}, {1, 2}), 0, 1, {});
  all.append(sums_of(tensor({1, 2}, {1, 2}), tensor({1, 3}, {1, 2, 3}), 1, 1, {}));
  all.append(sums_of(tensor({1, 2}, {1, 2}), tensor({1, 2}, {1, 2}), 2, 1, {}));
  CHECK(!all.result().comparable());
  CHECK(!all.result().identical());
  CHECK(all.result().other_shape == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("tensor differences: the same figures whatever the threads") {
  if (!building::have_runtime()) return;
  Model a = building::make_model({-1, 4}, {-1, 3});
  building::add_weights(a, "w", {4, 3});
  building::add_node(a, "MatMul", {"x", "w"}, "y");
  Model b = a;
  std::vector<float> values = to_floats(*a.initializer("w"));
  values[5] += 0.01F;
  b.set_initializer("w", make_tensor<float>({4, 3}, values));
  const building::Folder folder;
  write_model(a, folder / "a.onnx");
  write_model(b, folder / "b.onnx");
  const Session first(folder / "a.onnx", {}), second(folder / "b.onnx", {});
  const auto samples = seeded_samples(wanted_inputs(first), 40, 3);
  const auto run = [&](int threads) {
    std::int64_t last = 0;
    const auto found = compare_tensors(first, second, *samples, {{0, 0}}, {}, threads, [&](std::int64_t done) { last = done; });
    CHECK(last == 40);
    return found.front();
  };
  const TensorDifference one = run(1), three = run(3);
  CHECK(one.elements == 120);
  CHECK(one.first_sample == 0);
  CHECK(one.beyond <= 40);  // one column of three
  CHECK(one.sqnr_db == three.sqnr_db);
  CHECK(one.cosine == three.cosine);
  CHECK(one.mean_absolute == three.mean_absolute);
}
