#include "quantizer/quantize/range.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "formats/decibels.hpp"
#include "quantizer/graph/fold.hpp"
#include "quantizer/quantize/divergence.hpp"

namespace iai {
namespace {

Range with_zero(double low, double high) { return {std::min(low, 0.0), std::max(high, 0.0)}; }

Range percentile_range(const TensorStatistics& seen, double percentile) {
  // Integer counts: the cut does not depend on the order in which they came.
  const auto cut = static_cast<std::uint64_t>(static_cast<double>(seen.elements) * (1 - percentile / 100));
  std::size_t first = 0, last = seen.histogram.size() - 1;
  for (std::uint64_t below = seen.histogram[first]; below <= cut && first < last;) below += seen.histogram[++first];
  for (std::uint64_t above = seen.histogram[last]; above <= cut && last > first;) above += seen.histogram[--last];
  const double low = static_cast<double>(seen.minimum), width = seen.bin_width();
  const double high = last + 1 == seen.histogram.size() ? static_cast<double>(seen.maximum) : low + static_cast<double>(last + 1) * width;
  return with_zero(low + static_cast<double>(first) * width, high);
}

/// Occupied bins: value, weight, and what is seen of it.
struct Occupied {
  std::vector<double> value, seen, count;
};

double squared_error(const Occupied& bins, const AffineParameters& parameters, const SeenThrough& through, double best) {
  // All values that fall on one integer are seen alike, so the function is asked once an integer, not once a bin.
  std::vector<double> images(static_cast<std::size_t>(parameters.highest - parameters.lowest + 1));
  for (std::size_t i = 0; i < images.size(); ++i) {
    const double value = static_cast<double>(parameters.scale) * (static_cast<int>(i) + parameters.lowest - parameters.zero_point);
    images[i] = through ? through(value) : value;
  }
  const double factor = 1 / static_cast<double>(parameters.scale), zero = parameters.zero_point - parameters.lowest;
  const double last = static_cast<double>(images.size() - 1);
  double sum = 0;
  for (std::size_t i = 0; i < bins.value.size() && sum < best; ++i) {
    const double place = std::clamp(std::nearbyint(bins.value[i] * factor) + zero, 0.0, last);
    const double difference = images[static_cast<std::size_t>(place)] - bins.seen[i];
    sum += bins.count[i] * difference * difference;
  }
  return sum;
}

/// Shrinks both ends together, then each on its own, and keeps what lowers the error; two rounds settle it.
Range least_error_range(const TensorStatistics& seen, const SeenThrough& through, const ActivationScheme& scheme) {
  Occupied bins;
  for (std::size_t i = 0; i < seen.histogram.size(); ++i) {
    if (seen.histogram[i] == 0) continue;
    const double value = seen.bin_value(i);
    bins.value.push_back(value);
    bins.seen.push_back(through ? through(value) : value);
    bins.count.push_back(static_cast<double>(seen.histogram[i]));
  }
  const Range whole = with_zero(static_cast<double>(seen.minimum), static_cast<double>(seen.maximum));
  Range best = whole;
  double least = squared_error(bins, affine_parameters(best, scheme), through, std::numeric_limits<double>::infinity());
  const auto consider = [&](const Range& range) {
    const double error = squared_error(bins, affine_parameters(range, scheme), through, least);
    if (error >= least) return;
    least = error;
    best = range;
  };
  constexpr int steps = 100;
  for (int i = 1; i < steps; ++i) consider({whole.low * i / steps, whole.high * i / steps});
  for (int round = 0; round < 2; ++round) {
    const Range high = best;
    if (whole.high > 0) {
      for (int i = 1; i <= steps; ++i) consider({high.low, whole.high * i / steps});
    }
    const Range low = best;
    if (whole.low < 0) {
      for (int i = 1; i <= steps; ++i) consider({whole.low * i / steps, low.high});
    }
  }
  return best;
}

}  // namespace

namespace {

constexpr std::array<std::pair<std::string_view, RangeMethod>, 6> method_names{{{"min-max", RangeMethod::min_max},
                                                                                {"mean-min-max", RangeMethod::mean_min_max},
                                                                                {"percentile", RangeMethod::percentile},
                                                                                {"entropy", RangeMethod::entropy},
                                                                                {"mse", RangeMethod::mse},
                                                                                {"given", RangeMethod::given}}};

}  // namespace

std::string_view method_name(RangeMethod method) {
  return std::find_if(method_names.begin(), method_names.end(), [&](const auto& known) { return known.second == method; })->first;
}

std::optional<RangeMethod> method_named(std::string_view name) {
  const auto found = std::find_if(method_names.begin(), method_names.end(), [&](const auto& known) { return known.first == name; });
  return found == method_names.end() ? std::nullopt : std::optional(found->second);
}

double AffineParameters::integer(double value) const {
  return std::clamp(std::nearbyint(value / static_cast<double>(scale)) + zero_point, static_cast<double>(lowest), static_cast<double>(highest));
}

double AffineParameters::quantized(double value) const { return static_cast<double>(scale) * (integer(value) - zero_point); }

AffineParameters affine_parameters(const Range& range, const ActivationScheme& scheme) {
  const Range whole = with_zero(range.low, range.high);
  AffineParameters made{1, scheme.symmetric ? 0 : scheme.lowest, scheme.lowest, scheme.highest};
  const double width = scheme.symmetric ? std::max(-whole.low, whole.high) : whole.high - whole.low;
  const double levels = scheme.symmetric ? scheme.highest : scheme.highest - scheme.lowest;
  // Below the smallest normal float a scale loses its digits, and 1 / scale is infinite in the runtime.
  if (!(width / levels >= static_cast<double>(std::numeric_limits<float>::min()))) return made;
  made.scale = static_cast<float>(width / levels);
  if (scheme.symmetric) return made;
  const double zero = std::nearbyint(-whole.low / static_cast<double>(made.scale)) + scheme.lowest;
  made.zero_point = static_cast<int>(std::clamp(zero, static_cast<double>(scheme.lowest), static_cast<double>(scheme.highest)));
  // The runtime drops a Clip behind an integer operator only when the integers cannot say more than the Clip lets through.
  if (made.zero_point == scheme.lowest && static_cast<float>(made.high()) > static_cast<float>(whole.high)) made.scale = std::nextafter(made.scale, 0.0F);
  return made;
}

Range choose_range(const TensorStatistics& seen, RangeMethod method, double percentile, const SeenThrough& through, const ActivationScheme& scheme) {
  const Range whole = with_zero(static_cast<double>(seen.minimum), static_cast<double>(seen.maximum));
  if (method == RangeMethod::mean_min_max && seen.minimum < seen.maximum) return with_zero(seen.mean_minimum, seen.mean_maximum);
  if (seen.histogram.empty()) return whole;
  switch (method) {
    case RangeMethod::mean_min_max:
    case RangeMethod::percentile: return percentile_range(seen, percentile);
    case RangeMethod::entropy: return least_divergence_range(seen, scheme);
    case RangeMethod::mse: return least_error_range(seen, through, scheme);
    case RangeMethod::min_max:
    case RangeMethod::given: break;
  }
  return whole;
}

RangeError range_error(const TensorStatistics& seen, const AffineParameters& parameters) {
  if (seen.histogram.empty() && seen.minimum < seen.maximum) {  // there was one pass only
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const double half = static_cast<double>(parameters.scale) / 2;
    const bool clips = static_cast<double>(seen.minimum) < parameters.low() - half || static_cast<double>(seen.maximum) > parameters.high() + half;
    return {unknown, clips ? unknown : 0};
  }
  double signal = 0, noise = 0, clipped = 0;
  for (std::size_t i = 0; i < seen.histogram.size(); ++i) {
    if (seen.histogram[i] == 0) continue;
    const double value = seen.bin_value(i), count = static_cast<double>(seen.histogram[i]);
    const double difference = parameters.quantized(value) - value, half = static_cast<double>(parameters.scale) / 2;
    signal += count * value * value;
    noise += count * difference * difference;
    if (value < parameters.low() - half || value > parameters.high() + half) clipped += count;
  }
  RangeError error{decibels(signal, noise), 0};
  if (seen.elements > 0) error.clipped_share = clipped / static_cast<double>(seen.elements);
  return error;
}

SeenThrough elementwise_function(const onnx::NodeProto& node) {
  if (is_standard(node, "Relu")) return [](double x) { return std::max(x, 0.0); };
  if (is_standard(node, "HardSwish")) return [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); };
  if (is_standard(node, "Sigmoid")) return [](double x) { return 1 / (1 + std::exp(-x)); };
  if (is_standard(node, "Tanh")) return [](double x) { return std::tanh(x); };
  if (is_standard(node, "Gelu")) return [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); };
  if (is_standard(node, "Softplus")) return [](double x) { return x > 30 ? x : std::log1p(std::exp(x)); };
  if (is_standard(node, "Swish")) return [](double x) { return x / (1 + std::exp(-x)); };
  if (is_standard(node, "HardSigmoid")) {
    const double alpha = static_cast<double>(float_attribute(node, "alpha", 0.2F)), beta = static_cast<double>(float_attribute(node, "beta", 0.5F));
    return [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); };
  }
  if (is_standard(node, "LeakyRelu")) {
    const double alpha = static_cast<double>(float_attribute(node, "alpha", 0.01F));
    return [=](double x) { return x < 0 ? alpha * x : x; };
  }
  if (is_standard(node, "Elu")) {
    const double alpha = static_cast<double>(float_attribute(node, "alpha", 1.0F));
    return [=](double x) { return x < 0 ? alpha * std::expm1(x) : x; };
  }
  return {};
}

}  // namespace iai
