#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evaluator/metrics/output_error.hpp"
#include "evaluator/runtime/session.hpp"
#include "formats/model.hpp"
#include "quantizer/graph/fold.hpp"
#include "tests/model_building.hpp"

// What an x86-64 without VNNI computes for an int8 model in QDQ form: each integer layer is given the uint8 inputs that the
// model has on real samples, and its sums of products are formed as vpmaddubsw forms them, two neighbours in 16 bits.

namespace saturating {

struct Layer {
  std::string name, op_type, input;  ///< `input`: uint8 tensor
  int zero_point = 0;
  std::vector<int> weight;  ///< [outputs, reduction], reduction in the runtime's order; groups side by side
  std::int64_t outputs = 0, reduction = 0;
  std::vector<std::int64_t> shape;  ///< of the weight in the model
  std::vector<std::int64_t> pads, strides, dilations;
  std::int64_t groups = 1;
};

struct Count {
  std::int64_t pairs = 0, cut = 0;  ///< sums of two products; of those, over 16 bits
  double signal = 0, error = 0;     ///< squared sums, and squares of what the cutting changes
  double sqnr_db() const { return error > 0 ? 10 * std::log10(signal / error) : HUGE_VAL; }
};

/// What PMADDUBSW keeps of the sum of two products: signed saturation.
inline int add_in_16_bits(int sum) { return std::clamp(sum, -32768, 32767); }

/// Adds one dot product of `n` inputs and weights.
inline void add_sum(const std::uint8_t* inputs, const int* weights, std::int64_t n, int zero_point, Count& count) {
  std::int64_t exact = 0, cut = 0, offset = 0;
  for (std::int64_t i = 0; i < n; i += 2) {
    const bool pair = i + 1 < n;
    const int sum = inputs[i] * weights[i] + (pair ? inputs[i + 1] * weights[i + 1] : 0);
    const int kept = add_in_16_bits(sum);
    exact += sum;
    cut += kept;
    offset += weights[i] + (pair ? weights[i + 1] : 0);
    ++count.pairs;
    count.cut += kept != sum ? 1 : 0;
  }
  const double value = static_cast<double>(exact - zero_point * offset), lost = static_cast<double>(exact - cut);
  count.signal += value * value;
  count.error += lost * lost;
}

inline std::vector<std::int64_t> integers_of(const onnx::NodeProto& node, const std::string& name, std::size_t count, std::int64_t otherwise) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return {attribute.ints().begin(), attribute.ints().end()};
  }
  return std::vector<std::int64_t>(count, otherwise);
}

/// Weights in the order of the reduction: rows as they are, columns turned, taps outside of channels.
inline void read_weight(const iai::Model& model, const std::string& name, bool columns, Layer& layer) {
  const iai::TensorView view = *model.initializer(name);
  const auto* bytes = reinterpret_cast<const std::int8_t*>(view.bytes.data());
  layer.shape = view.shape;
  const std::size_t rank = view.shape.size();
  layer.outputs = columns ? view.shape[rank - 1] : view.shape[0];
  layer.reduction = columns ? view.shape[rank - 2] : view.size() / view.shape[0];
  const std::int64_t in = layer.op_type == "Conv" ? view.shape[1] : layer.reduction, taps = layer.reduction / in;
  for (std::int64_t o = 0; o < layer.outputs; ++o) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      for (std::int64_t i = 0; i < in; ++i) layer.weight.push_back(columns ? bytes[i * layer.outputs + o] : bytes[(o * in + i) * taps + tap]);
    }
  }
}

/// The integer layers of an int8 model but for products of activations, depthwise convolutions (16 bits wide) and stacks.
inline std::vector<Layer> layers_of(const iai::Model& model) {
  std::map<std::string, const onnx::NodeProto*> producer;
  for (const onnx::NodeProto& node : model.graph().node()) producer[node.output(0)] = &node;
  std::vector<Layer> layers;
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.op_type() != "Conv" && node.op_type() != "Gemm" && node.op_type() != "MatMul") continue;
    const auto input = producer.find(node.input(0)), weight = producer.find(node.input(1));
    if (input == producer.end() || weight == producer.end() || input->second->op_type() != "DequantizeLinear") continue;
    if (weight->second->op_type() != "DequantizeLinear" || !model.has_initializer(weight->second->input(0))) continue;
    Layer layer;
    layer.name = node.name();
    layer.op_type = node.op_type();
    layer.input = input->second->input(0);
    layer.zero_point = std::to_integer<int>(model.initializer(input->second->input(2))->bytes[0]);
    const std::string& integers = weight->second->input(0);
    read_weight(model, integers, node.op_type() == "MatMul" || (node.op_type() == "Gemm" && iai::int_attribute(node, "transB", 0) == 0), layer);
    const std::size_t axes = layer.shape.size() - 2;
    layer.groups = iai::int_attribute(node, "group", 1);
    if (node.op_type() != "Conv" && axes > 0) continue;
    if (node.op_type() == "Conv" && layer.groups == layer.shape[0] && layer.shape[1] == 1) continue;
    layer.pads = integers_of(node, "pads", 2 * axes, 0);
    layer.strides = integers_of(node, "strides", axes, 1);
    layer.dilations = integers_of(node, "dilations", axes, 1);
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// One or two axes of space; one is taken as two with a height of 1.
inline void add_convolution(const Layer& layer, const iai::Tensor& x, Count& count) {
  const bool flat = layer.shape.size() == 3;
  const auto at = [&](const std::vector<std::int64_t>& list, std::size_t i, std::int64_t otherwise) { return flat ? (i == 0 ? otherwise : list[0]) : list[i]; };
  const std::int64_t in = layer.shape[1], kh = flat ? 1 : layer.shape[2], kw = layer.shape.back();
  const std::int64_t channels = x.shape[1], height = flat ? 1 : x.shape[2], width = x.shape.back();
  const std::int64_t top = flat ? 0 : layer.pads[0], left = flat ? layer.pads[0] : layer.pads[1];
  const std::int64_t bottom = flat ? 0 : layer.pads[2], right = flat ? layer.pads[1] : layer.pads[3];
  const std::int64_t dh = at(layer.dilations, 0, 1), dw = at(layer.dilations, 1, 1), sh = at(layer.strides, 0, 1), sw = at(layer.strides, 1, 1);
  const auto* values = reinterpret_cast<const std::uint8_t*>(x.bytes.data());
  std::vector<std::uint8_t> patch(static_cast<std::size_t>(layer.reduction));
  for (std::int64_t n = 0; n < x.shape[0]; ++n) {
    for (std::int64_t g = 0; g < layer.groups; ++g) {
      for (std::int64_t y = -top; y + (kh - 1) * dh < height + bottom; y += sh) {
        for (std::int64_t z = -left; z + (kw - 1) * dw < width + right; z += sw) {
          std::size_t place = 0;
          for (std::int64_t tap = 0; tap < kh * kw; ++tap) {
            const std::int64_t row = y + tap / kw * dh, column = z + tap % kw * dw;
            const bool inside = row >= 0 && row < height && column >= 0 && column < width;
            for (std::int64_t c = 0; c < in; ++c) {
              patch[place++] = inside ? values[((n * channels + g * in + c) * height + row) * width + column] : static_cast<std::uint8_t>(layer.zero_point);
            }
          }
          for (std::int64_t o = g * layer.outputs / layer.groups; o < (g + 1) * layer.outputs / layer.groups; ++o) {
            add_sum(patch.data(), &layer.weight[static_cast<std::size_t>(o * layer.reduction)], layer.reduction, layer.zero_point, count);
          }
        }
      }
    }
  }
}

inline void add_product(const Layer& layer, const iai::Tensor& x, Count& count) {
  const auto* values = reinterpret_cast<const std::uint8_t*>(x.bytes.data());
  for (std::int64_t row = 0; row < static_cast<std::int64_t>(x.bytes.size()) / layer.reduction; ++row) {
    for (std::int64_t o = 0; o < layer.outputs; ++o) {
      add_sum(values + row * layer.reduction, &layer.weight[static_cast<std::size_t>(o * layer.reduction)], layer.reduction, layer.zero_point, count);
    }
  }
}

/// Runs `model` on `samples` and forms the sums of every layer. @returns by the name of the layer
inline std::map<std::string, Count> count(const iai::Model& model, const iai::Samples& samples) {
  const std::vector<Layer> layers = layers_of(model);
  iai::Model watched = model;
  watched.graph().clear_output();
  std::map<std::string, std::size_t> place;
  for (const Layer& layer : layers) {
    if (!place.emplace(layer.input, place.size()).second) continue;
    onnx::ValueInfoProto& output = *watched.graph().add_output();
    output.set_name(layer.input);
    output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
  }
  const building::Folder folder;
  iai::write_model(watched, folder / "watched.onnx");
  const iai::Session session(folder / "watched.onnx", {.optimization = iai::GraphOptimization::none, .runtime = {}});
  std::map<std::string, Count> counts;
  iai::run_samples(session, samples, 1, 1, [&](std::int64_t, const std::vector<iai::Tensor>& tensors) {
    for (const Layer& layer : layers) {
      const iai::Tensor& x = tensors[place.at(layer.input)];
      if (layer.op_type == "Conv") add_convolution(layer, x, counts[layer.name]);
      else add_product(layer, x, counts[layer.name]);
    }
  });
  return counts;
}

}  // namespace saturating
