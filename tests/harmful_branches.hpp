#pragma once

#include <array>
#include <cmath>
#include <fstream>

#include "formats/npy.hpp"
#include "tests/model_building.hpp"

namespace building {

/// Writes into `folder` model.onnx, whose three MatMuls branch0, branch1 and branch3 read a large number beside the small one
/// that counts, so that int8 loses the small one; branch2 does not. With inputs x.npy, labels y.npy and task.yaml (rmse, 0.1
/// in float).
inline void write_harmful_branches(const Folder& folder) {
  iai::Model model = make_model({-1, 4}, {-1, 1});
  std::vector<std::string> sums;
  for (int branch = 0; branch < 4; ++branch) {
    const std::string n = std::to_string(branch);
    std::vector<float> weight(16);
    std::fill(weight.begin() + 4, weight.begin() + 8, 1.0F);  // of input 1
    model.set_initializer("scale" + n, iai::make_tensor<float>({4}, std::array{branch == 2 ? 1.0F : 1000.0F, 1.0F, 1.0F, 1.0F}));
    model.set_initializer("weight" + n, iai::make_tensor<float>({4, 4}, weight));
    add_node(model, "Mul", {"x", "scale" + n}, "scaled" + n);
    add_node(model, "MatMul", {"scaled" + n, "weight" + n}, "branch" + n);
    sums.push_back("branch" + n);
  }
  add_node(model, "Sum", sums, "sum");
  set_integers(add_node(model, "ReduceMean", {"sum"}, "y"), "axes", {1});
  iai::write_model(model, folder / "model.onnx");

  iai::Tensor inputs = iai::make_tensor<float>({64, 4}, std::vector<float>(256)), labels = iai::make_tensor<float>({64}, std::vector<float>(64));
  for (std::size_t i = 0; i < 256; ++i) inputs.values<float>()[i] = static_cast<float>(std::sin(static_cast<double>(i * i)));
  for (std::size_t i = 0; i < 64; ++i) labels.values<float>()[i] = 4 * inputs.values<float>()[4 * i + 1] + (i % 2 == 0 ? 0.1F : -0.1F);
  iai::write_npy(folder / "x.npy", inputs.view());
  iai::write_npy(folder / "y.npy", labels.view());
  std::ofstream(folder / "task.yaml") << "kind: regression\nmetrics: [rmse]\nsplits:\n  evaluation: {inputs: x.npy, labels: y.npy}\n";
}

}  // namespace building
