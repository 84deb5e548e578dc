#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "quantizer/prune/sparsity.hpp"
#include "tests/model_building.hpp"

using namespace iai;
using namespace building;

static std::int64_t zeros(const Model& model, const std::string& name) {
  const auto values = to_floats(*model.initializer(name));
  return std::count(values.begin(), values.end(), 0.0f);
}

static Model two_layers() {
  Model model = make_model({-1, 30}, {-1, 5});
  add_weights(model, "w1", {30, 20});
  add_node(model, "MatMul", {"x", "w1"}, "a");
  add_weights(model, "w2", {20, 5});
  std::vector<float> small = to_floats(*model.initializer("w2"));
  for (float& value : small) value *= 0.01f;
  model.set_initializer("w2", make_tensor<float>({20, 5}, small));
  add_node(model, "MatMul", {"a", "w2"}, "y");
  return model;
}

TEST_CASE("the share of every layer, the smallest first") {
  Model model = two_layers();
  const std::vector<float> before = to_floats(*model.initializer("w1"));
  const auto layers = sparsify(model, 0.5, PruneScope::layer, {});
  CHECK(zeros(model, "w1") == 300);
  CHECK(zeros(model, "w2") == 50);
  CHECK(layers[0].zeros_after == 300);
  const std::vector<float> after = to_floats(*model.initializer("w1"));
  float largest_gone = 0, smallest_left = 1e9f;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (after[i] == 0) largest_gone = std::max(largest_gone, std::fabs(before[i]));
    else smallest_left = std::min(smallest_left, std::fabs(after[i]));
  }
  CHECK(largest_gone <= smallest_left);
}

TEST_CASE("globally the layer with the smaller weights goes first") {
  Model model = two_layers();
  sparsify(model, 100.0 / 700.0, PruneScope::global, {});
  CHECK(zeros(model, "w1") + zeros(model, "w2") == 100);
  CHECK(zeros(model, "w2") > 80);
}

TEST_CASE("equal magnitudes: exactly the share, the earlier first; signs do not matter") {
  Model model = make_model({-1, 2}, {-1, 4});
  model.set_initializer("w", make_tensor<float>({2, 4}, std::vector<float>{1, -1, 1, -1, 1, 1, -1, 1}));
  add_node(model, "MatMul", {"x", "w"}, "y");
  sparsify(model, 0.5, PruneScope::layer, {});
  CHECK(to_floats(*model.initializer("w")) == std::vector<float>{0, 0, 0, 0, 1, 1, -1, 1});
}

TEST_CASE("all, none, excluded") {
  Model model = two_layers();
  sparsify(model, 0, PruneScope::layer, {});
  CHECK(zeros(model, "w1") == 0);
  sparsify(model, 1, PruneScope::layer, {"a"});
  CHECK(zeros(model, "w1") == 0);
  CHECK(zeros(model, "w2") == 100);
}
