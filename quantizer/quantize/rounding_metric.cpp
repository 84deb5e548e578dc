#include "quantizer/quantize/rounding_metric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "quantizer/prune/reconstruction.hpp"

namespace iai {
namespace {

constexpr double most = 127;
constexpr double ridge = 1e-2;  // of the mean diagonal

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

}  // namespace

RoundingMetric::RoundingMetric(std::span<const double> sums, std::size_t inputs) : inputs_(inputs), order_(inputs) {
  const std::size_t n = inputs;
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return sums[a * n + a] > sums[b * n + b]; });
  double trace = 0;
  for (std::size_t i = 0; i < n; ++i) trace += sums[i * n + i];
  if (!(trace > 0)) return;
  const double unit = static_cast<double>(n) / trace;
  products_.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t a = std::max(order_[i], order_[j]), b = std::min(order_[i], order_[j]);
      products_[i * n + j] = sums[a * n + b] * unit;
    }
  }
  std::vector<double> damped = products_;
  for (std::size_t i = 0; i < n; ++i) damped[i * n + i] += ridge;
  const std::vector<double> inverse = inverse_of(std::move(damped), n);
  if (!inverse.empty()) factor_ = upper_factor(inverse, n);
}

std::vector<double> RoundingMetric::rounded(std::span<const double> weights, std::span<const double> steps) const {
  std::vector<double> wanted(inputs_), integers(inputs_);
  for (std::size_t i = 0; i < inputs_; ++i) wanted[i] = weights[order_[i]];
  for (std::size_t i = 0; i < inputs_; ++i) {
    const double step = steps[order_[i]];
    const double integer = std::clamp(std::nearbyint(wanted[i] / step), -most, most);
    integers[order_[i]] = integer;
    const double* row = factor_.data() + i * inputs_;
    const double lost = (wanted[i] - integer * step) / row[i];
    for (std::size_t j = i + 1; j < inputs_; ++j) wanted[j] -= lost * row[j];
  }
  return integers;
}

double RoundingMetric::cost(std::span<const double> lost) const {
  double sum = 0;
  for (std::size_t i = 0; i < inputs_; ++i) {
    const double own = lost[order_[i]];
    if (own == 0) continue;
    const double* row = products_.data() + i * inputs_;
    double inner = 0;
    for (std::size_t j = 0; j < inputs_; ++j) inner += row[j] * lost[order_[j]];
    sum += own * inner;
  }
  return sum;
}

}  // namespace iai
