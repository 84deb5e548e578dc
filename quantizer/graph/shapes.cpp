#include "quantizer/graph/shapes.hpp"

#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {

namespace {

using Sizes = std::map<std::string, std::int64_t>;  // dimension name -> size

onnx::TensorShapeProto* shape_of(onnx::ValueInfoProto& value) {
  if (!value.type().tensor_type().has_shape()) return nullptr;
  return value.mutable_type()->mutable_tensor_type()->mutable_shape();
}

void fix_graph(onnx::GraphProto& graph, const Sizes& sizes) {
  for (auto* values : {graph.mutable_input(), graph.mutable_output(), graph.mutable_value_info()}) {
    for (auto& value : *values) {
      auto* shape = shape_of(value);
      if (shape == nullptr) continue;
      for (auto& dimension : *shape->mutable_dim()) {
        const auto found = sizes.find(dimension.dim_param());
        if (dimension.has_dim_param() && found != sizes.end()) dimension.set_dim_value(found->second);
      }
    }
  }
  for (auto& node : *graph.mutable_node()) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) fix_graph(*attribute.mutable_g(), sizes);
    }
  }
}

[[noreturn]] void refuse(const ShapeSetting& setting, const std::string& what, const std::string& hint) {
  throw Error(ErrorKind::usage, fmt::format("--shape {}={}: {}", setting.name, fmt::join(setting.sizes, ","), what), hint);
}

void bind(Sizes& sizes, const std::string& dimension, std::int64_t size, const ShapeSetting& setting) {
  const auto [at, is_new] = sizes.emplace(dimension, size);
  if (!is_new && at->second != size) refuse(setting, fmt::format("dimension '{}' cannot be both {} and {}", dimension, at->second, size), "give it one size");
}

void fix_input(onnx::ValueInfoProto& input, const ShapeSetting& setting, Sizes& sizes) {
  auto& tensor = *input.mutable_type()->mutable_tensor_type();
  if (!tensor.has_shape()) {
    for (const std::int64_t size : setting.sizes) tensor.mutable_shape()->add_dim()->set_dim_value(size);
    return;
  }
  auto& shape = *tensor.mutable_shape();
  if (shape.dim_size() != static_cast<int>(setting.sizes.size()))
    refuse(setting, fmt::format("input '{}' has {} dimensions", setting.name, shape.dim_size()), "give one size for each; iai inspect shows them");
  for (int i = 0; i < shape.dim_size(); ++i) {
    auto& dimension = *shape.mutable_dim(i);
    const std::int64_t size = setting.sizes[static_cast<std::size_t>(i)];
    if (dimension.has_dim_value()) {
      if (dimension.dim_value() != size)
        refuse(setting, fmt::format("dimension {} of '{}' is {} already", i, setting.name, dimension.dim_value()), "only open dimensions can be fixed");
      continue;
    }
    if (dimension.has_dim_param()) bind(sizes, dimension.dim_param(), size, setting);
    dimension.set_dim_value(size);
  }
}

/// The inputs that are no weights, and the names of their open dimensions.
void fix_one(Model& model, const ShapeSetting& setting, Sizes& sizes) {
  std::set<std::string> known;
  for (auto& input : *model.graph().mutable_input()) {
    if (model.has_initializer(input.name())) continue;
    if (input.name() == setting.name) return fix_input(input, setting, sizes);
    known.insert(input.name());
    for (const auto& dimension : input.type().tensor_type().shape().dim()) {
      if (dimension.has_dim_param()) known.insert(dimension.dim_param());
    }
  }
  if (known.count(setting.name) == 0 && sizes.count(setting.name) == 0)
    refuse(setting, "the model has no input and no open dimension of this name", fmt::format("it has: {}", fmt::join(known, ", ")));
  if (setting.sizes.size() != 1) refuse(setting, fmt::format("'{}' is one dimension", setting.name), "give one size");
  bind(sizes, setting.name, setting.sizes[0], setting);
}

}  // namespace

ShapeSetting parse_shape_setting(const std::string& text) {
  const auto fail = [&] { throw Error(ErrorKind::usage, fmt::format("--shape {}: is no shape", text), "write it as input=1,3,224,224 or as batch=1"); };
  const std::size_t equals = text.rfind('=');
  ShapeSetting setting;
  if (equals == std::string::npos || equals == 0) fail();
  setting.name = text.substr(0, equals);
  for (std::size_t at = equals + 1; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    std::int64_t size = 0;
    const auto [end, code] = std::from_chars(text.data() + at, text.data() + comma, size);
    if (code != std::errc() || end != text.data() + comma || size < 1 || size > std::int64_t{1} << 40) fail();
    setting.sizes.push_back(size);
    at = comma + 1;
  }
  return setting;
}

void fix_shapes(Model& model, const std::vector<ShapeSetting>& settings, const std::string& name) {
  if (settings.empty()) return;
  Model before = model;
  const std::string said_before = infer_shapes(before);
  Sizes sizes;
  for (const ShapeSetting& setting : settings) fix_one(model, setting, sizes);
  fix_graph(model.graph(), sizes);
  const std::string said = infer_shapes(model);
  if (!said.empty() && said_before.empty())
    throw Error(ErrorKind::input, fmt::format("{}: does not allow these shapes: {}", name, said), "choose other sizes for --shape");
}

}  // namespace iai
