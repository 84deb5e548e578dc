#include "quantizer/quantize/adaptive_rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "quantizer/prune/reconstruction.hpp"

namespace iai {
namespace {

constexpr double most = 127;
constexpr double ridge = 1e-2;  // of the mean diagonal

/// Products of one group with rows and columns in the order of rounding, full and symmetric, mean diagonal 1.
struct Metric {
  std::vector<std::size_t> order;
  std::vector<double> products;  ///< [n, n]
  std::vector<double> factor;    ///< upper triangular U with U^T U = (products + ridge)^-1; empty when there is none
};

/// Upper triangular U with U^T U = matrix (symmetric, positive definite), or nothing.
std::vector<double> upper_factor(const std::vector<double>& matrix, std::size_t n) {
  std::vector<double> upper(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) upper[i * n + j] = matrix[i * n + j];
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = upper[i * n + i];
    if (!(pivot > 0) || !std::isfinite(pivot)) return {};
    const double root = std::sqrt(pivot);
    for (std::size_t j = i; j < n; ++j) upper[i * n + j] /= root;
    for (std::size_t k = i + 1; k < n; ++k) {
      const double factor = upper[i * n + k];
      if (factor == 0) continue;
      for (std::size_t j = k; j < n; ++j) upper[k * n + j] -= factor * upper[i * n + j];
    }
  }
  return upper;
}

Metric metric_of(std::span<const double> sums, std::size_t n) {
  Metric metric;
  metric.order.resize(n);
  std::iota(metric.order.begin(), metric.order.end(), std::size_t{0});
  std::stable_sort(metric.order.begin(), metric.order.end(), [&](std::size_t a, std::size_t b) { return sums[a * n + a] > sums[b * n + b]; });
  double trace = 0;
  for (std::size_t i = 0; i < n; ++i) trace += sums[i * n + i];
  if (!(trace > 0)) return metric;
  const double unit = static_cast<double>(n) / trace;
  metric.products.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t a = std::max(metric.order[i], metric.order[j]), b = std::min(metric.order[i], metric.order[j]);
      metric.products[i * n + j] = sums[a * n + b] * unit;
    }
  }
  std::vector<double> damped = metric.products;
  for (std::size_t i = 0; i < n; ++i) damped[i * n + i] += ridge;
  const std::vector<double> inverse = inverse_of(std::move(damped), n);
  if (!inverse.empty()) metric.factor = upper_factor(inverse, n);
  return metric;
}

/// lost^T products lost
double cost(const Metric& metric, std::span<const double> lost) {
  const std::size_t n = lost.size();
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (lost[i] == 0) continue;
    const double* row = metric.products.data() + i * n;
    double inner = 0;
    for (std::size_t j = 0; j < n; ++j) inner += row[j] * lost[j];
    sum += lost[i] * inner;
  }
  return sum;
}

/// @param wanted  weights of one output in units of its scale, in the order of rounding
std::vector<double> rounded_row(const Metric& metric, std::vector<double> wanted) {
  const std::size_t n = wanted.size();
  std::vector<double> integers(n);
  for (std::size_t i = 0; i < n; ++i) {
    integers[i] = std::clamp(std::nearbyint(wanted[i]), -most, most);
    const double* row = metric.factor.data() + i * n;
    const double lost = (wanted[i] - integers[i]) / row[i];
    for (std::size_t j = i + 1; j < n; ++j) wanted[j] -= lost * row[j];
  }
  return integers;
}

}  // namespace

RoundingGain round_adaptively(const TensorView& floats, int axis, const InputProducts& products, QuantizedWeight& weight) {
  const std::size_t n = products.inputs(), outputs = weight.scales.size(), outputs_of_group = outputs / products.groups();
  const std::vector<float> values = to_floats(floats);
  const auto integers = weight.values.values<std::int8_t>();
  const auto place = [&](std::size_t output, std::size_t input) { return axis == 0 ? output * n + input : input * outputs + output; };
  RoundingGain gain;
  for (std::size_t group = 0; group < products.groups(); ++group) {
    const Metric metric = metric_of(products.of_group(group), n);
    if (metric.factor.empty()) continue;
    for (std::size_t output = group * outputs_of_group; output < (group + 1) * outputs_of_group; ++output) {
      const auto scale = static_cast<double>(weight.scales[output]);
      std::vector<double> wanted(n), nearest(n), adaptive(n);
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t at = place(output, metric.order[i]);
        wanted[i] = static_cast<double>(values[at]) / scale;
        nearest[i] = wanted[i] - integers[at];
      }
      const std::vector<double> made = rounded_row(metric, wanted);
      for (std::size_t i = 0; i < n; ++i) adaptive[i] = wanted[i] - made[i];
      const double before = cost(metric, nearest) * scale * scale, after = cost(metric, adaptive) * scale * scale;
      gain.nearest += before;
      gain.adaptive += std::min(before, after);
      if (!(after < before)) continue;
      for (std::size_t i = 0; i < n; ++i) integers[place(output, metric.order[i])] = static_cast<std::int8_t>(made[i]);
    }
  }
  return gain;
}

}  // namespace iai
