#include "commands/quantize_corrections.hpp"

#include "commands/scratch_model.hpp"
#include "commands/transformation.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "quantizer/graph/fold.hpp"

namespace iai {
namespace {

/// Sum and number of the values of each channel.
struct ChannelSums {
  std::vector<double> sums;
  double count = 0;  ///< of one channel

  void add(const Tensor& values, int from) {
    const auto rank = static_cast<int>(values.shape.size());
    const int axis = from < 0 ? from + rank : from;
    if (axis < 0 || axis >= rank) return;
    const AxisLayout layout = axis_layout(values.shape, axis);
    if (sums.empty()) sums.resize(layout.channels);
    if (layout.channels == 0 || sums.size() != layout.channels) return;
    const std::vector<float> elements = to_floats(values.view());
    for (std::size_t i = 0; i < elements.size(); ++i) sums[layout.channel(i)] += static_cast<double>(elements[i]);
    const std::size_t each = elements.size() / layout.channels;  // of a channel: exact
    count += static_cast<double>(each);
  }
};

/// Sums at the tensors of `places`, over all samples in their order.
std::vector<ChannelSums> channel_sums(const Model& model, std::span<const BiasPlace> places, const BiasCorrection& how) {
  std::vector<std::string> tensors;
  for (const BiasPlace& place : places) tensors.push_back(place.tensor);
  Model observed = with_outputs(model, tensors);
  remove_dead_nodes(observed);  // what lies behind the tensors is not run
  const ScratchModel scratch(observed);
  const Session session(scratch.path(), unfused(how.runtime));
  std::vector<ChannelSums> sums(places.size());
  run_samples(session, how.samples, 1, how.runtime.threads, [&](std::int64_t, const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) sums[i].add(values[i], places[i].axis);
  });
  return sums;
}

}  // namespace

Model corrected(const Model& source, const std::function<Model(const Model&)>& quantize, const BiasCorrection& how) {
  Model model = source;
  const std::vector<BiasPlace> places = bias_places(source);
  if (places.empty()) return model;
  const std::vector<ChannelSums> wanted = channel_sums(source, places, how);
  for (std::size_t i = 0; i < places.size(); ++i) {
    how.output.progress("correcting biases", i, places.size());
    const ChannelSums found = channel_sums(quantize(model), {&places[i], 1}, how).front();
    if (found.sums.size() != wanted[i].sums.size() || !(found.count > 0)) continue;
    std::vector<double> shift(found.sums.size());
    for (std::size_t c = 0; c < shift.size(); ++c) shift[c] = (found.sums[c] - wanted[i].sums[c]) / found.count;
    take_from_bias(model, places[i], shift);
  }
  return model;
}

}  // namespace iai
