#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "quantizer/prune/channels.hpp"
#include "quantizer/prune/reconstruction.hpp"
#include "tests/model_building.hpp"

using namespace iai;
using namespace building;

namespace {

/// Moments of the tensor `name` while the model runs on the seeded samples that difference() uses too.
MomentsByTensor moments_of(const Model& model, const std::vector<WatchedTensor>& watched) {
  Model seen = model;
  seen.graph().clear_output();
  for (const WatchedTensor& tensor : watched) {
    auto& output = *seen.graph().add_output();
    output.set_name(tensor.name);
    output.mutable_type()->mutable_tensor_type()->set_elem_type(1);
  }
  const Folder folder;
  write_model(seen, folder / "seen.onnx");
  const Session session(folder / "seen.onnx", {});
  MomentsByTensor moments;
  run_samples(session, *seeded_samples(wanted_inputs(session), 64, 3), 1, 1, [&](std::int64_t, const std::vector<Tensor>& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) moments[watched[i].name].add(watched[i], tensors[i]);
  });
  return moments;
}

/// Eight channels of which the last four are combinations of the first four, with a bias so that means are not zero.
Model redundant() {
  Model model = make_model({-1, 4, 6, 6}, {-1, 3, 6, 6});
  add_weights(model, "mix", {4, 4});
  const std::vector<float> mix = to_floats(*model.initializer("mix"));
  std::vector<float> weights(32, 0), bias(8, 0.5f);
  for (std::size_t i = 0; i < 4; ++i) weights[i * 4 + i] = 1;
  for (std::size_t i = 0; i < 16; ++i) weights[16 + i] = mix[i];
  model.set_initializer("w1", make_tensor<float>({8, 4, 1, 1}, weights));
  model.set_initializer("b1", make_tensor<float>({8}, bias));
  add_node(model, "Conv", {"x", "w1", "b1"}, "a");
  add_weights(model, "w2", {3, 8, 1, 1});
  add_weights(model, "b2", {3});
  add_node(model, "Conv", {"a", "w2", "b2"}, "y");
  return model;
}

}  // namespace

TEST_CASE("inverse of a symmetric matrix") {
  const std::vector<double> inverse = inverse_of({4, 0, 2, 3}, 2);  // lower half: 4, 2, 3
  REQUIRE(inverse.size() == 4);
  CHECK(inverse[0] == doctest::Approx(3.0 / 8));
  CHECK(inverse[1] == doctest::Approx(-2.0 / 8));
  CHECK(inverse[3] == doctest::Approx(4.0 / 8));
  CHECK(inverse_of({1, 0, 2, 1}, 2).empty());  // not positive definite
}

TEST_CASE("channels that others can stand in for go, and the rest makes up for them") {
  if (!have_runtime()) return;
  const Model model = redundant();
  const ChannelOptions half{0.5, PruneScope::layer, {}};
  const std::vector<WatchedTensor> watched = watched_tensors(model, half);
  REQUIRE(watched.size() == 1);
  CHECK(watched[0].name == "a");
  CHECK(watched[0].channels == 8);
  Model by_norm = model, by_moments = model;
  prune_channels(by_norm, half);
  const auto layers = prune_channels(by_moments, half, moments_of(model, watched));
  CHECK(layers[0].channels_after == 4);
  CHECK(difference(model, by_norm).sqnr_db < 20);
  CHECK(difference(model, by_moments).sqnr_db > 35);  // exact but for the ridge
}

TEST_CASE("moments: shape and finiteness are checked") {
  Moments moments;
  const WatchedTensor watched{"a", 1, 2};
  moments.add(watched, make_tensor<float>({1, 2, 2}, std::vector<float>{1, 2, 3, 4}));
  CHECK(moments.count == 2);
  CHECK(moments.sums == std::vector<double>{3, 7});
  CHECK(moments.products[2] == 11);  // 1 * 3 + 2 * 4
  CHECK_THROWS_AS(moments.add(watched, make_tensor<float>({1, 3}, std::vector<float>{1, 2, 3})), Error);
  CHECK_THROWS_AS(moments.add(watched, make_tensor<float>({1, 2}, std::vector<float>{1, std::numeric_limits<float>::infinity()})), Error);
}
