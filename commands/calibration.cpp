#include "commands/calibration.hpp"

#include "commands/scratch_model.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "quantizer/graph/graph_index.hpp"

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

std::map<std::string, TensorStatistics> calibrate(const Model& model, const std::filesystem::path& source, const QuantizationPlan& plan, const Samples& samples,
                                                  const RuntimeOption& runtime, Output& output) {
  Observer observer(plan.observed(), channel_axes(plan));
  if (observer.tensors().empty()) return {};
  const ScratchModel scratch(with_outputs(model, observer.tensors()));
  const auto total = static_cast<std::uint64_t>(2 * samples.count());
  std::uint64_t done = 0;
  std::string place;  // in front of what the observer says
  try {
    const Session session(scratch.path(), {.device = runtime.device, .optimization = GraphOptimization::none, .runtime = runtime.runtime});
    for (const auto observe : {&Observer::observe_range, &Observer::observe_histogram}) {
      run_samples(session, samples, 1, runtime.threads, [&](std::int64_t, const std::vector<Tensor>& tensors) {
        place = source.string() + ": ";
        for (std::size_t i = 0; i < tensors.size(); ++i) (observer.*observe)(i, tensors[i]);
        place.clear();
        output.progress("calibrating", ++done, total);
      });
    }
  } catch (const Error& error) {
    throw scratch.renamed({error.kind(), place + error.message(), error.hint()}, source);
  }
  return observer.statistics();
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
    const Session session(scratch.path(), {.device = runtime.device, .optimization = GraphOptimization::none, .runtime = runtime.runtime});
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

}  // namespace iai
