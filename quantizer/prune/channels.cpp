#include "quantizer/prune/channels.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "quantizer/graph/node_names.hpp"
#include "quantizer/prune/channel_map.hpp"
#include "quantizer/prune/reconstruction.hpp"

namespace iai {

namespace {

using Units = ChannelMap::Units;

/// Squared L2 norm of every filter of a layer. @throws Error(input) when a weight is NaN
std::vector<double> filter_energies(const TensorView& weights, int axis, const std::string& name) {
  const AxisLayout layout = axis_layout(weights.shape, axis);
  std::vector<double> energies(layout.channels, 0);
  const std::vector<float> values = to_floats(weights);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = static_cast<double>(values[i]);
    if (std::isnan(value))
      throw Error(ErrorKind::input, "tensor '" + name + "' holds NaN", "the training diverged, or the file is damaged; export the model again");
    energies[layout.channel(i)] += value * value;
  }
  return energies;
}

/// Elements of `tensor` without the removed positions along one axis.
Tensor without(const Tensor& tensor, int axis, const std::vector<bool>& keep) {
  std::size_t outer = 1, inner = element_size(tensor.type);
  for (int i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(tensor.shape[static_cast<std::size_t>(i)]);
  for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < tensor.shape.size(); ++i) inner *= static_cast<std::size_t>(tensor.shape[i]);
  Tensor result{tensor.type, tensor.shape, {}};
  result.shape[static_cast<std::size_t>(axis)] = std::count(keep.begin(), keep.end(), true);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < keep.size(); ++i) {
      if (!keep[i]) continue;
      const auto from = tensor.bytes.begin() + static_cast<std::ptrdiff_t>((o * keep.size() + i) * inner);
      result.bytes.insert(result.bytes.end(), from, from + static_cast<std::ptrdiff_t>(inner));
    }
  }
  return result;
}

class ChannelPruner {
 public:
  ChannelPruner(Model& model, const ChannelOptions& options, const MomentsByTensor& moments) : model_(model), options_(options), map_(model, options.exclude) {
    for (const auto& consumer : map_.consumers) {
      const auto found = moments.find(consumer.tensor);
      if (found == moments.end()) continue;
      for (std::size_t i = 0; i < consumer.units.size(); ++i) readers_[map_.root(consumer.units[i])].push_back({reconstructions_.size(), i});
      reconstructions_.emplace_back(model, consumer, found->second);
    }
  }

  std::vector<PrunedLayer> run() {
    measure();
    find_components();
    select();
    std::vector<PrunedLayer> layers = describe();
    if (removed_.empty()) return layers;
    for (const Reconstruction& reconstruction : reconstructions_) reconstruction.store(model_);
    cut_weights();
    mend_counts();
    model_.graph().clear_value_info();
    infer_shapes(model_);
    return layers;
  }

 private:
  struct Candidate {
    int root;
    int component;
    double importance;
  };

  void measure() {
    for (const auto& producer : map_.producers) {
      const std::vector<double> energies = filter_energies(*model_.initializer(producer.weights), producer.axis, producer.weights);
      for (std::size_t i = 0; i < producer.units.size(); ++i) energy_[map_.root(producer.units[i])] += energies[i];
    }
  }

  /// Layers whose channels go together are compared among themselves only.
  void find_components() {
    const std::size_t count = map_.producers.size();
    component_.resize(count);
    std::map<int, int> first;  // root -> component of the first layer that has it
    for (std::size_t p = 0; p < count; ++p) component_[p] = static_cast<int>(p);
    const auto top = [&](int c) {
      while (component_[static_cast<std::size_t>(c)] != c) c = component_[static_cast<std::size_t>(c)];
      return c;
    };
    for (std::size_t p = 0; p < count; ++p) {
      for (const int unit : map_.producers[p].units) {
        const auto [known, is_new] = first.emplace(map_.root(unit), static_cast<int>(p));
        const int a = top(known->second), b = top(static_cast<int>(p));
        if (!is_new && a != b) component_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
      }
    }
    for (std::size_t p = 0; p < count; ++p) component_[p] = top(static_cast<int>(p));
    for (std::size_t p = 0; p < count; ++p) {
      for (const int unit : map_.producers[p].units) ++positions_[map_.root(unit)][p];
      left_.push_back(static_cast<std::int64_t>(map_.producers[p].units.size()));
    }
  }

  std::vector<Candidate> candidates() const {
    std::vector<Candidate> all;
    for (const auto& [root, layers] : positions_) {
      if (map_.pinned(root) == nullptr) all.push_back({root, component_[layers.begin()->first], std::sqrt(energy_.at(root))});
    }
    return all;
  }

  void select() {
    std::map<int, std::vector<Candidate>> groups;
    for (const Candidate& candidate : candidates()) groups[candidate.component].push_back(candidate);
    if (options_.scope == PruneScope::layer) {
      for (auto& [component, group] : groups) remove_weakest(group);
      return;
    }
    std::vector<Candidate> joint;
    for (auto& [component, group] : groups) {
      double mean = 0;
      for (const Candidate& candidate : group) mean += candidate.importance / static_cast<double>(group.size());
      for (Candidate& candidate : group) candidate.importance = mean > 0 ? candidate.importance / mean : 0;
      joint.insert(joint.end(), group.begin(), group.end());
    }
    remove_weakest(joint);
  }

  /// What the layers that read the channels miss without them; the norm of the filters where that was not watched.
  double importance(const Candidate& candidate) const {
    const auto found = readers_.find(candidate.root);
    if (found == readers_.end()) return candidate.importance;
    double sum = 0;
    for (const auto& [reader, channel] : found->second) sum += reconstructions_[reader].cost(channel);
    return sum;
  }

  void remove_weakest(std::vector<Candidate>& group) {
    auto wanted = static_cast<std::int64_t>(std::floor(options_.share * static_cast<double>(group.size()) + 1e-9));
    while (wanted > 0) {
      const Candidate* weakest = nullptr;
      double least = 0;
      for (const Candidate& candidate : group) {
        if (removed_.count(candidate.root) != 0 || empties_a_layer(candidate)) continue;
        const double value = importance(candidate);
        if (weakest != nullptr && value >= least) continue;  // of equal ones the first
        weakest = &candidate;
        least = value;
      }
      if (weakest == nullptr) return;
      remove(*weakest);
      --wanted;
    }
  }

  bool empties_a_layer(const Candidate& candidate) const {
    const auto& layers = positions_.at(candidate.root);
    return std::any_of(layers.begin(), layers.end(), [&](const auto& layer) { return left_[layer.first] <= layer.second; });
  }

  void remove(const Candidate& candidate) {
    for (const auto& [layer, count] : positions_.at(candidate.root)) left_[layer] -= count;
    removed_.insert(candidate.root);
    const auto found = readers_.find(candidate.root);
    if (found == readers_.end()) return;
    for (const auto& [reader, channel] : found->second) reconstructions_[reader].remove(channel);
  }

  std::vector<PrunedLayer> describe() const {
    std::vector<PrunedLayer> layers;
    for (std::size_t p = 0; p < map_.producers.size(); ++p) {
      const auto& producer = map_.producers[p];
      const auto& node = model_.graph().node(producer.node);
      PrunedLayer layer{node_title(node), node.op_type(), static_cast<std::int64_t>(producer.units.size()), left_[p], {}, {}};
      for (std::size_t i = 0; i < producer.units.size(); ++i) {
        const int unit = producer.units[i];
        if (removed_.count(map_.root(unit)) != 0) layer.removed.push_back(static_cast<std::int64_t>(i));
        if (const std::string* reason = map_.pinned(unit); reason != nullptr && layer.kept_because.empty()) layer.kept_because = *reason;
      }
      layers.push_back(std::move(layer));
    }
    return layers;
  }

  std::vector<bool> kept(const Units& units) const {
    std::vector<bool> keep;
    for (const int unit : units) keep.push_back(removed_.count(map_.root(unit)) == 0);
    return keep;
  }
  std::int64_t count_kept(const Units& units) const {
    const std::vector<bool> keep = kept(units);
    return std::count(keep.begin(), keep.end(), true);
  }

  void cut_weights() {
    std::map<std::string, Tensor> tensors;
    for (const auto& slice : map_.slices) {
      const std::vector<bool> keep = kept(slice.units);
      if (std::find(keep.begin(), keep.end(), false) == keep.end()) continue;
      auto found = tensors.find(slice.tensor);
      if (found == tensors.end()) {
        const TensorView view = *model_.initializer(slice.tensor);
        found = tensors.emplace(slice.tensor, Tensor{view.type, view.shape, {view.bytes.begin(), view.bytes.end()}}).first;
      }
      found->second = without(found->second, slice.axis, keep);
    }
    for (auto& [name, tensor] : tensors) model_.set_initializer(name, std::move(tensor));
  }

  void mend_counts() {
    for (const auto& count : map_.group_counts) {
      for (auto& attribute : *model_.graph().mutable_node(count.node)->mutable_attribute()) {
        if (attribute.name() == "group") attribute.set_i(count_kept(count.units));
      }
    }
    for (const auto& count : map_.reshape_counts) {
      auto& node = *model_.graph().mutable_node(count.node);
      std::vector<std::int64_t> target = to_int64s(*model_.initializer(node.input(1)));
      target[count.position] = count_kept(count.units);
      // A target of its own: others may reshape to the same numbers.
      std::string name = node.input(1) + "_pruned";
      for (int i = 2; model_.has_initializer(name); ++i) name = fmt::format("{}_pruned_{}", node.input(1), i);
      model_.set_initializer(name, make_tensor<std::int64_t>({static_cast<std::int64_t>(target.size())}, target));
      const std::string old = node.input(1);
      node.set_input(1, name);
      if (GraphIndex(model_.graph()).uses(old).empty()) model_.remove_initializer(old);
    }
  }

  Model& model_;
  const ChannelOptions& options_;
  ChannelMap map_;
  std::map<int, double> energy_;                                  // root -> sum of the squared norms of its filters
  std::vector<int> component_;                                    // layer -> first layer of those that go together
  std::map<int, std::map<std::size_t, std::int64_t>> positions_;  // root -> layer -> channels of it
  std::vector<std::int64_t> left_;                                // layer -> channels that stay
  std::set<int> removed_;
  std::vector<Reconstruction> reconstructions_;
  std::map<int, std::vector<std::pair<std::size_t, std::size_t>>> readers_;  // root -> reconstruction, channel of it
};

}  // namespace

std::vector<PrunedLayer> prune_channels(Model& model, const ChannelOptions& options, const MomentsByTensor& moments) {
  return ChannelPruner(model, options, moments).run();
}

std::vector<WatchedTensor> watched_tensors(const Model& model, const ChannelOptions& options) {
  constexpr std::size_t most_channels = 2048;  // the matrices are square: 32 MB each
  const ChannelMap map(model, options.exclude);
  std::vector<WatchedTensor> watched;
  for (const auto& consumer : map.consumers) {
    const bool free = std::any_of(consumer.units.begin(), consumer.units.end(), [&](int unit) { return map.pinned(unit) == nullptr; });
    const bool known = std::any_of(watched.begin(), watched.end(), [&](const WatchedTensor& other) { return other.name == consumer.tensor; });
    if (free && !known && consumer.units.size() <= most_channels)
      watched.push_back({consumer.tensor, consumer.tensor_axis, static_cast<std::int64_t>(consumer.units.size())});
  }
  return watched;
}

}  // namespace iai
