#include "commands/quantize_times.hpp"

#include <doctest/doctest.h>

#include "commands/quantize_search.hpp"
#include "commands/scratch_model.hpp"
#include "evaluator/runtime/kernel_times.hpp"
#include "tests/real_data.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

TEST_CASE("a kernel belongs to the layer that its name begins with") {
  onnx::GraphProto graph;
  std::vector<QuantizedLayer> layers;
  for (const char* name : {"conv", "conv_1", "f/conv"}) {
    QuantizedLayer layer;
    layer.name = name;
    layer.node = graph.node_size();
    layer.inputs = {std::string(name) + "_in"};
    graph.add_node()->add_output(std::string(name) + "_out");
    layers.push_back(layer);
  }
  const KernelOwners owners(graph, layers);
  CHECK(owners.layer_of("conv") == 0);
  CHECK(owners.layer_of("conv_token_7") == 0);
  CHECK(owners.layer_of("conv/MatMulScaleFusion/") == 0);
  CHECK(owners.layer_of("conv_1_token_7") == 1);
  CHECK(owners.layer_of("conv_2") == -1);  // another node
  CHECK(owners.layer_of("f/conv_out_nchwc") == 2);
  CHECK(owners.layer_of("conv_1_in_quantized_QuantizeLinear") == 1);
  CHECK(owners.layer_of("convolution") == -1);
  CHECK(owners.layer_of("") == -1);
}

TEST_CASE("layers take most of a run's time, and no more than all") {
  const auto path = real_model("digits_cnn");
  if (!path || !have_file("models/digits_calib_x.npy")) return;
  QuantizeOptions options;
  options.model = *path;
  options.method = "min-max";
  const Session source(*path, {});
  const auto samples = limit_samples(open_samples({real_file("models/digits_calib_x.npy")}, wanted_inputs(source)), 16);
  SilentOutput silent;
  QuantizeWorkbench workbench(read_model(*path), options, samples.get(), nullptr, silent);
  const Candidate candidate = best_candidate(workbench);
  const auto shares = time_shares(workbench, candidate);
  CHECK(shares.size() == candidate.made.layers.size());
  double all = 0;
  for (const auto& [layer, share] : shares) {
    CHECK_MESSAGE(share > 0, layer);
    all += share;
  }
  CHECK(all > 0.3);
  CHECK(all <= 1);

  const ScratchModel scratch(candidate.made.model);
  const std::vector<Tensor> inputs = samples->read(0, 1);
  CHECK(!kernel_times(scratch.path(), {}, std::vector{inputs[0].view()}, 2).empty());
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path().parent_path()))
    files += entry.path().filename().string().find("profile") != std::string::npos;
  CHECK(files == 0);
}
