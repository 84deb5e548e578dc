#include "quantizer/quantize/adaptive_rounding.hpp"

#include <algorithm>

#include "quantizer/quantize/rounding_metric.hpp"

namespace iai {

RoundingGain round_adaptively(const TensorView& floats, int axis, const InputProducts& products, QuantizedWeight& weight) {
  const std::size_t n = products.inputs(), outputs = weight.scales.size(), outputs_of_group = outputs / products.groups();
  const std::vector<float> values = to_floats(floats);
  const auto integers = weight.values.values<std::int8_t>();
  const auto place = [&](std::size_t output, std::size_t input) { return axis == 0 ? output * n + input : input * outputs + output; };
  const std::vector<double> steps(n, 1);
  RoundingGain gain;
  for (std::size_t group = 0; group < products.groups(); ++group) {
    const RoundingMetric metric(products.of_group(group), n);
    if (!metric.usable()) continue;
    for (std::size_t output = group * outputs_of_group; output < (group + 1) * outputs_of_group; ++output) {
      const auto scale = static_cast<double>(weight.scales[output]);
      std::vector<double> wanted(n), nearest(n), adaptive(n);
      for (std::size_t i = 0; i < n; ++i) {
        wanted[i] = static_cast<double>(values[place(output, i)]) / scale;
        nearest[i] = wanted[i] - integers[place(output, i)];
      }
      const std::vector<double> made = metric.rounded(wanted, steps);
      for (std::size_t i = 0; i < n; ++i) adaptive[i] = wanted[i] - made[i];
      const double before = metric.cost(nearest) * scale * scale, after = metric.cost(adaptive) * scale * scale;
      gain.nearest += before;
      gain.adaptive += std::min(before, after);
      if (!(after < before)) continue;
      for (std::size_t i = 0; i < n; ++i) integers[place(output, i)] = static_cast<std::int8_t>(made[i]);
    }
  }
  return gain;
}

}  // namespace iai
