#include "commands/quantize_findings.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace iai {

namespace {

/// What is lost at one place of a layer, and why that may be.
struct Loss {
  double share = 0;
  std::string cause;
};

std::string percent(double share) { return fmt::format("{:.3g} %", share * 100); }

double ratio(double largest, double typical) { return typical > 0 ? largest / typical : 0; }

constexpr double stands_out = 8;  ///< times the others

/// Does the range of a tensor's integers suit what was seen? Empty where it does.
std::string misfit(const TensorError& tensor, const std::string& whose) {
  constexpr double many = 0.001, much_wider = 4;
  if (!tensor.range) return {};
  const auto& [low, high] = *tensor.range;
  const std::string range = fmt::format("the range {:.4g} to {:.4g} of {} '{}' does not fit", low, high, whose, tensor.tensor);
  const std::string data = fmt::format("the data, {:.4g} to {:.4g}", tensor.error.minimum, tensor.error.maximum);
  if (tensor.error.outside_share > many) return fmt::format("{}: {} of {}, are clipped", range, percent(tensor.error.outside_share), data);
  const double seen = std::max(tensor.error.maximum, 0.0) - std::min(tensor.error.minimum, 0.0);
  if (high - low > much_wider * seen) return fmt::format("{}: it is {:.3g} times as wide as {}", range, (high - low) / seen, data);
  return {};
}

std::string largest_channel(const ChannelError& error) {
  const double times = ratio(error.largest, error.typical);
  return times < stands_out ? std::string() : fmt::format("channel {} is {:.3g} times the others", error.largest_channel, times);
}

Loss weight_loss(const WeightError& weight) {
  Loss loss{weight.lost_share, "its weights are of sizes that do not share a scale"};
  const double times = ratio(weight.largest, weight.typical);
  if (times >= stands_out) loss.cause = fmt::format("weight column {} is {:.3g} times the others, which vanish beside it", weight.largest_column, times);
  if (weight.better_axis)
    loss.cause = fmt::format("its weights have their scales along axis {}, but would fit them along axis {}: a swapped axis", weight.axis, *weight.better_axis);
  return loss;
}

Loss input_loss(const TensorError& input, const std::string& maker) {
  Loss loss{input.error.lost_share, misfit(input, "its input")};
  const std::string channel = largest_channel(input.error);
  const std::string made = maker.empty() ? std::string() : fmt::format(" (made by '{}')", maker);
  if (loss.cause.empty() && !channel.empty()) loss.cause = fmt::format("of its input '{}'{}, {} and swallows them", input.tensor, made, channel);
  if (loss.cause.empty()) loss.cause = fmt::format("its input '{}'{} varies little beside its range", input.tensor, made);
  return loss;
}

Loss result_loss(const TensorError& result) {
  const ChannelError& error = result.error;
  if (error.channels > 0 && error.constant_channels == error.channels) return {1, "its result never changes on these inputs: a dead activation"};
  Loss loss{error.lost_share, misfit(result, "its result")};
  if (loss.cause.empty() && !largest_channel(error).empty()) loss.cause = fmt::format("of its result, {} and swallows them", largest_channel(error));
  if (loss.cause.empty()) loss.cause = "its integers do not give what its floats do";
  return loss;
}

/// What does no harm to others, but is worth knowing.
std::string remark(const ChannelError& result) {
  constexpr double many = 0.1;
  if (static_cast<double>(result.constant_channels) < many * static_cast<double>(result.channels) || result.channels == 0) return {};
  return fmt::format("{} of {} channels of its result never change on these inputs", result.constant_channels, result.channels);
}

/// The layer that makes a tensor, by its result; empty where there is none.
std::string maker_of(const std::string& tensor, const std::vector<LayerError>& errors) {
  const auto found = std::find_if(errors.begin(), errors.end(), [&](const LayerError& error) { return error.result.tensor == tensor; });
  return found == errors.end() ? std::string() : found->layer;
}

}  // namespace

std::vector<LayerFinding> layer_findings(const std::vector<LayerError>& errors) {
  constexpr double worth_a_word = 0.005, enough = 0.2;
  const auto less_lost = [](const Loss& one, const Loss& other) { return one.share < other.share; };
  std::vector<LayerFinding> findings;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const LayerError& error = errors[i];
    Loss source;
    if (error.weight) source = weight_loss(*error.weight);
    for (const TensorError& input : error.inputs) source = std::max(source, input_loss(input, maker_of(input.tensor, errors)), less_lost);
    const Loss result = result_loss(error.result);
    // Most of what a result loses it loses by the weights and inputs that it is made of.
    const Loss& named = source.share >= result.share * enough ? source : result;
    const double share = std::max(source.share, result.share);
    findings.push_back({i, share, share >= worth_a_word ? named.cause : remark(error.result.error)});
  }
  std::stable_sort(findings.begin(), findings.end(), [](const LayerFinding& one, const LayerFinding& other) { return one.lost_share > other.lost_share; });
  return findings;
}

}  // namespace iai
