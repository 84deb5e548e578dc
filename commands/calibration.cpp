#include "commands/calibration.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/quantize_memory.hpp"
#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "formats/staged_model.hpp"
#include "quantizer/graph/graph_index.hpp"
#include "quantizer/quantize/stored_weights.hpp"

namespace iai {

Model with_outputs(Model model, const std::vector<std::string>& tensors) {
  onnx::GraphProto& graph = model.graph();
  const GraphIndex index(graph);
  graph.clear_output();
  for (const std::string& tensor : tensors) {
    std::string name = tensor;
    if (index.is_graph_input(tensor)) {
      do name += "_observed";
      while (index.producer(name) >= 0 || index.is_graph_input(name) || model.has_initializer(name));
      onnx::NodeProto& node = *graph.add_node();
      node.set_op_type("Identity");
      node.add_input(tensor);
      node.add_output(name);
    }
    onnx::ValueInfoProto& output = *graph.add_output();
    output.set_name(name);
    output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  }
  return model;
}

namespace {

/// One group of tensors, in one session.
class CalibrationRun {
 public:
  CalibrationRun(const Samples& samples, const RuntimeOption& runtime, const std::function<void()>& step) : samples_(samples), runtime_(runtime), step_(step) {}

  void watch(const Model& model, const std::filesystem::path& source, Observer& observer, const CalibrationLimits& limits) const {
    const ScratchModel scratch(with_outputs(model, observer.tensors()));
    try {
      const Session session(scratch.path(), unfused(runtime_));
      pass(session, source, [&](std::size_t tensor, const TensorView& values) { observer.observe_range(tensor, values); });
      if (limits.histograms) pass(session, source, [&](std::size_t tensor, const TensorView& values) { observer.observe_histogram(tensor, values); });
    } catch (const Error& error) {
      throw scratch.renamed(error, source);
    }
  }

 private:
  const Samples& samples_;
  const RuntimeOption& runtime_;
  const std::function<void()>& step_;

  void pass(const Session& session, const std::filesystem::path& source, const std::function<void(std::size_t, const TensorView&)>& observe) const {
    std::int64_t before = 0;
    visit_samples(
        session, samples_, runtime_.threads,
        [&](std::span<const TensorView> tensors) {
          try {
            for (std::size_t i = 0; i < tensors.size(); ++i) observe(i, tensors[i]);
          } catch (const Error& error) {  // the observer knows no files
            throw Error(error.kind(), source.string() + ": " + error.message(), error.hint());
          }
        },
        [&](std::int64_t samples) {
          for (; before < samples; ++before) step_();
        });
  }
};

}  // namespace

std::map<std::string, TensorStatistics> calibrate(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                                                  const RuntimeOption& runtime, const CalibrationLimits& limits, Output& output) {
  const std::vector<std::string> observed = plan.observed();
  if (observed.empty()) return {};
  const auto axes = channel_axes(plan);
  std::vector<std::vector<std::string>> groups{observed};
  if (limits.max_memory > 0) groups = groups_within(limits.max_memory, model, observed, model_bytes(source), runtime.threads);
  if (groups.size() > 1) output.detail(fmt::format("--max-memory: {} tensors are watched in {} runs", observed.size(), groups.size()));
  const auto total = static_cast<std::uint64_t>((limits.histograms ? 2 : 1) * samples.count()) * groups.size();
  std::uint64_t done = 0;
  const std::function<void()> step = [&] { output.progress("calibrating", ++done, total); };
  std::map<std::string, TensorStatistics> statistics;
  for (const std::vector<std::string>& group : groups) {
    Observer observer(group, axes);
    CalibrationRun(samples, runtime, step).watch(model, source, observer, limits);
    statistics.merge(observer.statistics());
  }
  return statistics;
}

void observe_products(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                      const RuntimeOption& runtime, Output& output, ProductsByOperator& products) {
  std::map<std::string, std::vector<InputProducts*>> readers;  // by the tensor that they read
  for (const LinearNode& linear : plan.linear) {
    if (const auto found = products.find(linear.name); found != products.end()) readers[linear.input].push_back(&found->second);
  }
  if (readers.empty()) return;
  std::vector<std::string> tensors;
  for (const auto& [tensor, all] : readers) tensors.push_back(tensor);
  const ScratchModel scratch(with_outputs(model, tensors));
  const auto total = static_cast<std::uint64_t>(samples.count());
  std::uint64_t done = 0;
  try {
    const Session session(scratch.path(), unfused(runtime));
    run_samples(session, samples, 1, runtime.threads, [&](std::int64_t, const std::vector<Tensor>& values) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        for (InputProducts* reader : readers.at(tensors[i])) reader->add(values[i]);
      }
      output.progress("observing inputs", ++done, total);
    });
  } catch (const Error& error) {
    throw scratch.renamed(error, source);
  }
}

namespace {

/// A recurrent operator that is watched: what it reads, and its states, which it may have kept to itself.
struct WatchedStates {
  RecurrentMoments* moments;
  std::string input, states;
};

/// The recurrent operators that moments can be had of; those without an output for their states get one.
std::vector<WatchedStates> watched_states(Model& model, const QuantizationPlan& plan, std::int64_t samples, RecurrentMomentsByOperator& moments) {
  std::vector<WatchedStates> watched;
  for (const StoredNode& stored : plan.stored) {
    onnx::NodeProto& node = *model.graph().mutable_node(stored.node);
    if (!is_recurrent(node)) continue;
    const auto w = model.initializer(node.input(1)), r = model.initializer(node.input(2));
    if (w->shape[2] + r->shape[2] > RecurrentMoments::most_inputs) continue;
    if (node.output_size() == 0) node.add_output("");
    if (node.output(0).empty()) node.set_output(0, stored.name + "_states_observed");
    const auto [made, added] = moments.try_emplace(stored.name, node, w->shape[0], w->shape[2], r->shape[2], samples);
    if (added) watched.push_back({&made->second, node.input(0), node.output(0)});
  }
  return watched;
}

}  // namespace

RecurrentMomentsByOperator observe_moments(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                                           const RuntimeOption& runtime, Output& output) {
  RecurrentMomentsByOperator moments;
  Model observed = model;
  const std::vector<WatchedStates> watched = watched_states(observed, plan, samples.count(), moments);
  if (watched.empty()) return moments;
  std::vector<std::string> tensors;
  const auto place = [&](const std::string& tensor) {
    const auto found = std::find(tensors.begin(), tensors.end(), tensor);
    if (found != tensors.end()) return static_cast<std::size_t>(found - tensors.begin());
    tensors.push_back(tensor);
    return tensors.size() - 1;
  };
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const WatchedStates& one : watched) {
    const std::size_t input = place(one.input);
    places.emplace_back(input, place(one.states));
  }
  const ScratchModel scratch(with_outputs(std::move(observed), tensors));
  const auto total = static_cast<std::uint64_t>(samples.count());
  std::uint64_t done = 0;
  try {
    const Session session(scratch.path(), unfused(runtime));
    run_samples(session, samples, 1, runtime.threads, [&](std::int64_t, const std::vector<Tensor>& values) {
      for (std::size_t i = 0; i < watched.size(); ++i) watched[i].moments->add(values[places[i].first].view(), values[places[i].second].view());
      output.progress("observing states", ++done, total);
    });
  } catch (const Error& error) {
    throw scratch.renamed(error, source);
  }
  return moments;
}

}  // namespace iai
