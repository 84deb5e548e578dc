#include <doctest/doctest.h>

#include "quantizer/graph/index_bounds.hpp"
#include "tests/model_building.hpp"

using namespace iai;
using namespace building;

namespace {

/// x (float), a and b (int64) -> y
Model with_integers() {
  Model model = make_model({-1, 4}, {-1, 4});
  add_value(*model.graph().add_input(), "a", {-1}, 7);
  add_value(*model.graph().add_input(), "b", {-1}, 7);
  return model;
}

}  // namespace

TEST_CASE("integer inputs are bounded by the least of the tables that they pick from") {
  Model model = with_integers();
  add_weights(model, "large", {100, 4});
  add_weights(model, "small", {4, 7});
  set_integer(add_node(model, "Cast", {"a"}, "cast"), "to", 6);
  add_node(model, "Gather", {"large", "cast"}, "rows");
  set_integer(add_node(model, "Gather", {"small", "cast"}, "columns"), "axis", -1);
  add_node(model, "Add", {"x", "rows"}, "y");
  CHECK(index_bounds(model) == std::map<std::string, std::int64_t>{{"a", 7}});
  model.set_initializer("depth", make_tensor<std::int64_t>({}, std::array<std::int64_t, 1>{5}));
  model.set_initializer("values", make_tensor<float>({2}, std::array{0.0F, 1.0F}));
  add_node(model, "Concat", {"cast", "b"}, "both");
  add_node(model, "OneHot", {"both", "depth", "values"}, "hot");
  CHECK(index_bounds(model) == std::map<std::string, std::int64_t>{{"a", 5}, {"b", 5}});
}

TEST_CASE("what is computed from an input, or picks from something of unknown size, is no bound") {
  Model model = with_integers();
  add_weights(model, "table", {10, 4});
  add_node(model, "Add", {"a", "b"}, "sum");
  add_node(model, "Gather", {"table", "sum"}, "rows");
  add_node(model, "NonZero", {"x"}, "places");
  add_node(model, "Transpose", {"places"}, "turned");
  add_node(model, "Gather", {"turned", "a"}, "chosen");
  set_integer(add_node(model, "Gather", {"table", "b"}, "wrong"), "axis", 5);
  CHECK(index_bounds(model).empty());
}
