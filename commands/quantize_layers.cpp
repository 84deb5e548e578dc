#include "commands/quantize_layers.hpp"

#include <algorithm>

#include "commands/quantize_findings.hpp"
#include "commands/quantize_memory.hpp"
#include "commands/quantize_times.hpp"
#include "commands/scratch_model.hpp"
#include "quantizer/graph/fold.hpp"

namespace iai {

namespace {

using Branches = std::span<const LayerBranch>;

/// Splits the layers so that what one run hands over stays small.
std::vector<Branches> groups_of(const std::vector<LayerBranch>& branches, const Model& source) {
  constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;
  const KnownShapes shapes(source);
  std::vector<Branches> groups;
  std::size_t first = 0;
  std::uint64_t used = 0;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    std::uint64_t needed = 0;
    for (const BranchPair& pair : branches[i].pairs) needed += 2 * bytes_of_tensor(shapes, pair.floats);
    if (used > 0 && used + needed > most_bytes) {
      groups.push_back(Branches(branches).subspan(first, i - first));
      first = i;
      used = 0;
    }
    used += needed;
  }
  groups.push_back(Branches(branches).subspan(first));
  return groups;
}

std::optional<ChannelErrors::Bounds> bounds_of(const std::optional<Range>& range) {
  if (!range) return std::nullopt;
  const double half_a_step = (range->high - range->low) / 510;
  return ChannelErrors::Bounds{range->low - half_a_step, range->high + half_a_step};
}

/// One group of layers, in one session.
class LayerRun {
 public:
  LayerRun(const QuantizeWorkbench& workbench, const Model& branched, Branches branches) : workbench_(workbench), branched_(branched), branches_(branches) {
    for (const LayerBranch& branch : branches) {
      for (const BranchPair& pair : branch.pairs) {
        pairs_.push_back({output(pair.floats), output(pair.integers), ChannelErrors(pair.axis, bounds_of(pair.range))});
      }
    }
  }

  template <class Step>
  std::vector<LayerError> measure(const Samples& samples, Step step) {
    Model observed = with_outputs(branched_, outputs_);
    remove_dead_nodes(observed);  // layers of other groups
    const ScratchModel scratch(observed);
    try {
      const Session session(scratch.path(), workbench_.session_options());
      run_samples(session, samples, 1, workbench_.options().runtime.threads, [&](std::int64_t, const std::vector<Tensor>& values) {
        for (Pair& pair : pairs_) pair.errors.add(values[pair.floats].view(), values[pair.integers].view());
        step();
      });
    } catch (const Error& error) {
      throw scratch.renamed(error, workbench_.options().model);
    }
    return errors();
  }

 private:
  struct Pair {
    std::size_t floats, integers;  // indices into outputs_
    ChannelErrors errors;
  };
  const QuantizeWorkbench& workbench_;
  const Model& branched_;
  const Branches branches_;
  std::vector<std::string> outputs_;
  std::map<std::string, std::size_t> known_;
  std::vector<Pair> pairs_;

  std::size_t output(const std::string& tensor) {
    const auto [known, added] = known_.emplace(tensor, outputs_.size());
    if (added) outputs_.push_back(tensor);
    return known->second;
  }

  std::vector<LayerError> errors() const {
    std::vector<LayerError> made;
    std::size_t at = 0;
    for (const LayerBranch& branch : branches_) {
      LayerError& layer = made.emplace_back();
      layer.layer = branch.layer;
      for (const BranchPair& pair : branch.pairs) {
        TensorError error{pair.floats, pairs_[at++].errors.error(), pair.range};
        if (pair.place == BranchPair::Place::result) layer.result = std::move(error);
        else layer.inputs.push_back(std::move(error));
      }
    }
    return made;
  }
};

}  // namespace

std::vector<LayerError> layer_errors(QuantizeWorkbench& workbench, const Candidate& candidate) {
  const std::unique_ptr<Samples> samples = workbench.compared_samples(most_for_layers);
  if (samples == nullptr) return {};
  const Model& source = workbench.float_form(candidate.method);
  const BranchedModel branched = with_branches(source, candidate.made);
  if (branched.branches.empty()) return {};
  const std::vector<Branches> groups = groups_of(branched.branches, source);
  const auto total = static_cast<std::uint64_t>(samples->count()) * groups.size();
  std::uint64_t done = 0;
  std::vector<LayerError> errors;
  for (const Branches& group : groups) {
    for (LayerError& error :
         LayerRun(workbench, branched.model, group).measure(*samples, [&] { workbench.output().progress("measuring layers", ++done, total); }))
      errors.push_back(std::move(error));
  }
  std::size_t next = 0;
  const GraphIndex index(candidate.made.model.graph());
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (next < errors.size() && errors[next].layer == layer.name) errors[next++].weight = weight_error(source, candidate.made.model, index, layer);
  }
  return errors;
}

namespace {

/// Each layer alone is a model of its own, and each run of it one of the source too: fewer samples where that takes long.
std::int64_t samples_for_each(const QuantizeWorkbench& workbench, std::size_t layers) {
  constexpr double affordable = 4e11, fewest = 4;  // multiply-accumulates: some ten seconds
  const double cost = workbench.comparison_cost(1).value_or(0) * static_cast<double>(layers);
  return cost > 0 ? static_cast<std::int64_t>(std::clamp(affordable / cost, fewest, static_cast<double>(most_for_layers))) : most_for_layers;
}

/// Layers that lose the most by themselves, each name once: making and opening a model of thousands of operators for each of them would
/// take hours.
std::vector<std::string> worst_names(const std::vector<LayerError>& errors, int operators) {
  constexpr std::size_t most_layers = 256, most_operators = 100'000;  // the latter in all models together
  const std::size_t most = std::min(most_layers, most_operators / static_cast<std::size_t>(std::max(operators, 1)) + 1);
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const LayerFinding& finding : layer_findings(errors)) {
    if (names.size() < most && known.insert(errors[finding.error].layer).second) names.push_back(errors[finding.error].layer);
  }
  return names;
}

}  // namespace

MeasuredLayers measure_layers(QuantizeWorkbench& workbench, Candidate& candidate) {
  const std::map<std::string, SaturationRisk> risks = workbench.saturation_risks(candidate);
  for (QuantizedLayer& layer : candidate.made.layers) {
    if (const auto found = risks.find(layer.name); found != risks.end()) layer.risk = found->second;
  }
  MeasuredLayers measured;
  measured.errors = layer_errors(workbench, candidate);
  const std::vector<std::string> names = worst_names(measured.errors, candidate.made.model.graph().node_size());
  measured.alone = layer_sensitivities(workbench, candidate, names, samples_for_each(workbench, names.size()));
  if (workbench.options().layers) measured.times = time_shares(workbench, candidate);
  return measured;
}

}  // namespace iai
