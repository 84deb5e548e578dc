#include "commands/compare_layers.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/calibration.hpp"
#include "commands/quantize_memory.hpp"
#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "quantizer/graph/graph_index.hpp"
#include "quantizer/graph/node_names.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// Bytes of watched tensors that all runs together may hold.
constexpr std::uint64_t most_watched = 512'000'000;

/// Names that are known to hold no numbers: texts, sequences, optional values.
std::set<std::string> without_numbers(const Model& inferred) {
  std::set<std::string> names;
  const auto look = [&](const onnx::ValueInfoProto& value) {
    if (!value.has_type() || value.type().value_case() == onnx::TypeProto::VALUE_NOT_SET) return;
    const auto type = static_cast<ElementType>(value.type().tensor_type().elem_type());
    if (!value.type().has_tensor_type() || (type != ElementType::undefined && element_size(type) == 0)) names.insert(value.name());
  };
  for (const onnx::ValueInfoProto& value : inferred.graph().value_info()) look(value);
  for (const onnx::ValueInfoProto& value : inferred.graph().output()) look(value);
  return names;
}

/// What operators of the main graph make, in their order; constants aside.
std::vector<std::string> made_tensors(const Model& inferred) {
  const std::set<std::string> refused = without_numbers(inferred);
  std::vector<std::string> names;
  for (const onnx::NodeProto& node : inferred.graph().node()) {
    if (node.op_type() == "Constant") continue;
    for (const std::string& output : node.output()) {
      if (!output.empty() && !refused.contains(output)) names.push_back(output);
    }
  }
  return names;
}

/// Groups that hold at most `limit` bytes each, or one tensor.
std::vector<std::vector<std::string>> groups_of(const std::vector<std::string>& tensors, const Model& inferred, std::uint64_t limit) {
  const KnownShapes shapes(inferred);
  std::vector<std::vector<std::string>> groups;
  std::uint64_t used = 0;
  for (const std::string& tensor : tensors) {
    const std::uint64_t needed = bytes_of_tensor(shapes, tensor);
    if (groups.empty() || used + needed > limit) {
      groups.emplace_back();
      used = 0;
    }
    groups.back().push_back(tensor);
    used += needed;
  }
  return groups;
}

/// `model` with these outputs, whatever their types.
Model watched(const Model& model, const std::vector<std::string>& tensors) {
  Model made = with_outputs(model, tensors);
  for (onnx::ValueInfoProto& output : *made.graph().mutable_output()) output.clear_type();  // the runtime finds them
  return made;
}

/// One model whose tensors are watched, as a file of its own.
class WatchedModel {
 public:
  WatchedModel(const Model& model, const fs::path& path, const std::vector<std::string>& tensors, const RuntimeOption& runtime)
      : scratch_(watched(model, tensors)), session_(open(path, runtime)) {}
  const Session& session() const { return session_; }

 private:
  Session open(const fs::path& path, const RuntimeOption& runtime) const {
    try {
      return Session(scratch_.path(), unfused(runtime));
    } catch (const Error& error) {
      throw scratch_.renamed(error, path);
    }
  }
  ScratchModel scratch_;
  Session session_;
};

/// Constants of the operator that the other model lacks or holds with other bytes.
std::vector<std::string> changed_constants(const onnx::NodeProto& node, const Model& reference, const Model& candidate) {
  std::vector<std::string> changed;
  for (const std::string& input : node.input()) {
    const auto own = reference.initializer(input);
    if (!own) continue;
    const auto other = candidate.initializer(input);
    const bool same = other && other->type == own->type && other->shape == own->shape && std::ranges::equal(other->bytes, own->bytes);
    if (!same) changed.push_back(input);
  }
  return changed;
}

/// Names in `a` that `b` has too, and those that it lacks.
void divide(const std::vector<std::string>& a, const std::vector<std::string>& b, std::vector<std::string>& common, std::vector<std::string>& alone) {
  const std::set<std::string> known(b.begin(), b.end());
  for (const std::string& name : a) (known.contains(name) ? common : alone).push_back(name);
}

void name_divergence(LayerComparison& made, const Model& reference, const Model& candidate) {
  const auto at = made.tensors.first_divergence();
  if (!at) return;
  const onnx::NodeProto& node = reference.graph().node(GraphIndex(reference.graph()).producer(made.tensors.tensors[*at].name));
  made.diverging = node_title(node);
  made.constants = changed_constants(node, reference, candidate);
}

}  // namespace

LayerComparison compare_layers(const fs::path& reference, const fs::path& candidate, const Samples& samples, const Tolerance& tolerance,
                               const RuntimeOption& runtime, Output& output) {
  const Model first = read_checked_model(reference), second = read_checked_model(candidate);
  const Model inferred = with_inferred_shapes(first);
  LayerComparison made;
  std::vector<std::string> common, again;
  const std::vector<std::string> a = made_tensors(inferred), b = made_tensors(with_inferred_shapes(second));
  divide(a, b, common, made.tensors.without_partner);
  divide(b, a, again, made.tensors.others_without_partner);
  if (common.empty()) {
    throw Error(ErrorKind::input, fmt::format("{} and {}: no tensor has the same name in both", reference.string(), candidate.string()),
                "leave out --layers: only the outputs can be compared");
  }
  made.tensors.samples = samples.count();
  const GraphIndex index(first.graph());
  const auto groups = groups_of(common, inferred, most_watched / 2 / static_cast<std::uint64_t>(thread_count(runtime.threads)));
  const std::uint64_t total = groups.size() * static_cast<std::uint64_t>(samples.count());
  std::uint64_t before = 0;
  for (const std::vector<std::string>& group : groups) {
    const WatchedModel one(first, reference, group, runtime), other(second, candidate, group, runtime);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < group.size(); ++i) pairs.emplace_back(i, i);
    const auto differences = compare_tensors(one.session(), other.session(), samples, pairs, tolerance, runtime.threads,
                                             [&](std::int64_t done) { output.progress("comparing layers", before + static_cast<std::uint64_t>(done), total); });
    before += static_cast<std::uint64_t>(samples.count());
    for (std::size_t i = 0; i < group.size(); ++i) {
      made.tensors.tensors.push_back({group[i], first.graph().node(index.producer(group[i])).op_type(), differences[i]});
    }
  }
  name_divergence(made, first, second);
  return made;
}

}  // namespace iai
