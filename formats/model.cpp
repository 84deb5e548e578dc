#include "formats/model.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {

Model::Positions& Model::Positions::operator=(const Positions&) noexcept {
  const std::scoped_lock lock(mutex);
  map.clear();
  return *this;
}

int Model::position_of(std::string_view name) const {
  const auto& tensors = graph().initializer();
  const std::scoped_lock lock(positions_.mutex);
  const std::string key(name);
  if (const auto found = positions_.map.find(key); found != positions_.map.end() && found->second < tensors.size() && tensors[found->second].name() == name)
    return found->second;
  const auto at = std::find_if(tensors.begin(), tensors.end(), [&](const auto& tensor) { return tensor.name() == name; });
  if (at == tensors.end()) return -1;
  // One stale entry makes the others suspect.
  positions_.map.clear();
  for (int i = 0; i < tensors.size(); ++i) positions_.map.emplace(tensors[i].name(), i);
  return static_cast<int>(at - tensors.begin());
}

bool Model::has_initializer(std::string_view name) const { return position_of(name) >= 0; }

std::optional<TensorView> Model::initializer(std::string_view name) const {
  const int position = position_of(name);
  if (position < 0) return std::nullopt;
  const onnx::TensorProto& tensor = graph().initializer(position);
  const Payload* held = tensor.has_raw_data() ? nullptr : payload(name);
  if (held == nullptr) return tensor_view(tensor);
  return TensorView{static_cast<ElementType>(tensor.data_type()), {tensor.dims().begin(), tensor.dims().end()}, held->bytes};
}

namespace {

onnx::ValueInfoProto* input_of(onnx::GraphProto& graph, std::string_view name) {
  for (auto& input : *graph.mutable_input()) {
    if (input.name() == name) return &input;
  }
  return nullptr;
}

}  // namespace

void Model::set_initializer(const std::string& name, Tensor tensor) {
  const int position = position_of(name);
  onnx::TensorProto& stored = position < 0 ? *graph().add_initializer() : *graph().mutable_initializer(position);
  payloads_.erase(name);
  const bool large = tensor.bytes.size() >= inline_limit;
  if (auto* input = input_of(graph(), name)) {
    auto& type = *input->mutable_type()->mutable_tensor_type();
    type.set_elem_type(static_cast<int>(tensor.type));
    type.mutable_shape()->clear_dim();
    for (const std::int64_t size : tensor.shape) type.mutable_shape()->add_dim()->set_dim_value(size);
  }
  store_tensor(stored, {tensor.type, tensor.shape, large ? std::span<const std::byte>() : std::span<const std::byte>(tensor.bytes)});
  stored.set_name(name);
  if (!large) return;
  stored.clear_raw_data();
  const auto owner = std::make_shared<const Tensor>(std::move(tensor));
  payloads_[name] = {owner->bytes, owner};
}

void Model::remove_initializer(std::string_view name) {
  const int position = position_of(name);
  if (position < 0) return;
  payloads_.erase(std::string(name));
  auto& inputs = *graph().mutable_input();
  for (int i = inputs.size() - 1; i >= 0; --i) {
    if (inputs[i].name() == name) inputs.DeleteSubrange(i, 1);
  }
  graph().mutable_initializer()->DeleteSubrange(position, 1);
}

void Model::rename_initializer(const std::string& from, const std::string& to) {
  const int position = position_of(from);
  if (position < 0 || from == to) return;
  if (auto* input = input_of(graph(), from)) input->set_name(to);
  if (auto held = payloads_.extract(from); !held.empty()) {
    held.key() = to;
    payloads_.erase(to);
    payloads_.insert(std::move(held));
  }
  graph().mutable_initializer(position)->set_name(to);
}

std::int64_t Model::opset() const {
  for (const auto& set : proto.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") return set.version();
  }
  return 0;
}

void Model::set_opset(std::int64_t version) {
  for (auto& set : *proto.mutable_opset_import()) {
    if (!set.domain().empty() && set.domain() != "ai.onnx") continue;
    set.set_version(version);
    return;
  }
  proto.add_opset_import()->set_version(version);
}

const Model::Payload* Model::payload(std::string_view name) const {
  const auto found = payloads_.find(std::string(name));
  return found == payloads_.end() ? nullptr : &found->second;
}

void Model::attach_payload(const std::string& name, Payload payload) { payloads_[name] = std::move(payload); }

TensorView tensor_view(const onnx::TensorProto& tensor) {
  TensorView view{static_cast<ElementType>(tensor.data_type()), {tensor.dims().begin(), tensor.dims().end()}, {}};
  if (view.type == ElementType::string) return view;
  const auto needed = stored_bytes(view.type, element_count(view.shape));
  if (!needed || *needed != tensor.raw_data().size())
    throw Error(ErrorKind::input,
                fmt::format("tensor '{}' of {} {} does not hold its elements as raw bytes", tensor.name(), type_name(view.type), shape_text(view.shape)));
  view.bytes = std::as_bytes(std::span(tensor.raw_data().data(), tensor.raw_data().size()));
  return view;
}

void store_tensor(onnx::TensorProto& proto, const TensorView& tensor) {
  const std::string name = proto.name();
  proto.Clear();
  if (!name.empty()) proto.set_name(name);
  proto.set_data_type(static_cast<int>(tensor.type));
  for (const std::int64_t size : tensor.shape) proto.add_dims(size);
  proto.set_raw_data(tensor.bytes.data(), tensor.bytes.size());
}

}  // namespace iai
