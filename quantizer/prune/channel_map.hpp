#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/model.hpp"
#include "quantizer/graph/graph_index.hpp"

namespace iai {

/// Which channel of which tensor is which: a unit is a channel together with all that must go when it goes.
/// Each layer's output channels begin as units of their own; operators that bring channels together unite them.
class ChannelMap {
 public:
  using Units = std::vector<int>;

  /// The channels along one axis of a tensor.
  struct Track {
    int axis = 0;
    Units units;
  };
  /// A layer that makes channels.
  struct Producer {
    int node = -1;
    std::string weights;
    int axis = 0;  ///< of the weights, along which the filters lie
    Units units;
  };
  /// An axis of an initializer that shrinks with its units.
  struct Slice {
    std::string tensor;
    int axis = 0;
    Units units;
  };
  /// A layer that mixes the channels it reads.
  struct Consumer {
    int node = -1;
    std::string weights;
    int axis = 0;  ///< of the weights, along which its input channels lie
    Units units;
    std::string tensor;  ///< what it reads, and the axis of the channels there
    int tensor_axis = 0;
    std::string bias;  ///< can take up a change of the mean; empty where none can
  };
  /// Numbers that count channels: `group` of a depthwise Conv, one number of a Reshape's target.
  struct GroupCount {
    int node;
    Units units;  ///< of the input
  };
  struct ReshapeCount {
    int node;
    std::size_t position;
    Units units;  ///< of the output
  };

  ChannelMap(const Model& model, const std::vector<std::string>& exclude);

  int root(int unit) const;
  /// Why the unit has to stay; null when it may go.
  const std::string* pinned(int unit) const;

  std::vector<Producer> producers;
  std::vector<Consumer> consumers;
  std::vector<Slice> slices;
  std::vector<GroupCount> group_counts;
  std::vector<ReshapeCount> reshape_counts;

 private:
  friend class ChannelRules;
  Units make_units(std::int64_t count);
  void unite(int a, int b);
  void unite(const Units& a, const Units& b);
  void pin(const Units& units, const std::string& reason);
  void slice(const std::string& tensor, int axis, const Units& units);

  mutable std::vector<int> parents_;
  std::vector<std::string> reasons_;  ///< by root; empty: free
};

}  // namespace iai
