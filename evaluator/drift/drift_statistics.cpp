#include "evaluator/drift/drift_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace iai {

namespace {

constexpr std::size_t most_tail_points = 128;

double half_row(double share, double rows) { return share > 0 ? share : 0.5 / rows; }

}  // namespace

double least_ks(const Comparison& c) {
  double most = 0;
  for (std::size_t i = 0; i < c.reference.size(); ++i) {
    const auto& known = c.reference[i];
    most = std::max({most, c.through[i] - known.through_high, known.through_low - c.through[i], c.below[i] - known.below_high, known.below_low - c.below[i]});
  }
  return most;
}

double least_wasserstein(const Comparison& c) {
  double area = c.areas.front() + c.areas.back();  // the reference is 0 before its smallest value and 1 from its largest on
  for (std::size_t i = 0; i + 1 < c.reference.size(); ++i) {
    const double width = c.reference[i + 1].value - c.reference[i].value;
    const double low = c.reference[i].through_low * width, high = c.reference[i + 1].below_high * width;
    area += std::max({0.0, c.areas[i + 1] - high, low - c.areas[i + 1]});
  }
  return area;
}

Shares binned(const Comparison& c, std::size_t most_bins) {
  Shares shares;
  double known = 0, taken = 0, sample = 0, last = 0;  // up to the last border: middle of what is known, what is taken; the sample
  const auto add = [&](double reference, double other) {
    shares.reference.push_back(std::max(0.0, reference - taken));
    shares.sample.push_back(std::max(0.0, other - sample));
    taken = std::max(taken, reference);
    sample = other;
  };
  const double wanted = 1.0 / static_cast<double>(most_bins);
  for (std::size_t i = 0; i + 1 < c.reference.size(); ++i) {
    known = (c.reference[i].through_low + c.reference[i].through_high) / 2;
    if (known - last < wanted * 0.999 || 1 - known < wanted * 0.5) continue;
    last = known;
    add(std::clamp(c.through[i], c.reference[i].through_low, c.reference[i].through_high), c.through[i]);
  }
  add(1, 1);
  return shares;
}

Shares categories(std::span<const std::pair<double, double>> counts) {
  double all_reference = 0, all_sample = 0, rare_reference = 0, rare_sample = 0;
  for (const auto& [reference, sample] : counts) {
    all_reference += reference;
    all_sample += sample;
  }
  Shares shares;
  if (!(all_reference > 0) || !(all_sample > 0)) return shares;
  for (const auto& [reference, sample] : counts) {
    // Expected in the smaller of the two samples, were both alike.
    const bool rare = (reference + sample) * std::min(all_reference, all_sample) / (all_reference + all_sample) < 5;
    if (rare) {
      rare_reference += reference;
      rare_sample += sample;
      continue;
    }
    shares.reference.push_back(reference / all_reference);
    shares.sample.push_back(sample / all_sample);
  }
  if (rare_reference + rare_sample > 0) {
    shares.reference.push_back(rare_reference / all_reference);
    shares.sample.push_back(rare_sample / all_sample);
  }
  return shares;
}

double population_stability(const Shares& shares, double reference_rows, double rows) {
  double sum = 0;
  for (std::size_t i = 0; i < shares.reference.size(); ++i) {
    const double p = half_row(shares.reference[i], reference_rows), q = half_row(shares.sample[i], rows);
    if (shares.reference[i] > 0 || shares.sample[i] > 0) sum += (q - p) * std::log(q / p);
  }
  return sum;
}

double jensen_shannon(const Shares& shares) {
  const auto part = [](double p, double middle) { return p > 0 ? p * std::log(p / middle) : 0; };
  double sum = 0;
  for (std::size_t i = 0; i < shares.reference.size(); ++i) {
    const double middle = (shares.reference[i] + shares.sample[i]) / 2;
    sum += part(shares.reference[i], middle) + part(shares.sample[i], middle);
  }
  return std::sqrt(std::max(0.0, sum / 2));
}

double gamma_tail(double a, double x) {
  if (!(x > 0)) return 1;
  if (std::isinf(x)) return 0;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {  // series of the lower function
    double term = 1 / a, sum = term;
    for (int n = 1; term > sum * 1e-16; ++n) sum += term *= x / (a + n);
    return std::max(0.0, 1 - front * sum);
  }
  // Continued fraction of the upper function, by Lentz's method.
  constexpr double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d;
  for (int i = 1; i < 10000; ++i) {
    const double numerator = -i * (i - a);
    b += 2;
    d = numerator * d + b;
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    c = b + numerator / c;
    if (std::abs(c) < tiny) c = tiny;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

double ks_tail(double statistic, double n, double m) {
  const double root = std::sqrt(n * m / (n + m));
  const double lambda = (root + 0.12 + 0.11 / root) * statistic;
  if (lambda < 0.2) return 1;
  double sum = 0, sign = 1;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * lambda * lambda);
    sum += sign * term;
    if (term < 1e-17 * sum) break;
    sign = -sign;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

double population_stability_tail(double statistic, std::size_t bins, double n, double m) {
  return bins < 2 ? 1 : gamma_tail(static_cast<double>(bins - 1) / 2, statistic / (1 / n + 1 / m) / 2);
}

double jensen_shannon_tail(double statistic, std::size_t bins, double n, double m) { return population_stability_tail(8 * statistic * statistic, bins, n, m); }

namespace {

/// The pooled distribution function of two samples of n and m rows, in gaps between values.
struct PooledGaps {
  std::vector<double> function, width;
  void add(double gap, double area) {
    if (!(gap > 0)) return;
    width.push_back(gap);
    function.push_back(std::clamp(area / gap, 0.0, 1.0));
  }
};

PooledGaps pooled_gaps(const Comparison& c, double n, double m) {
  PooledGaps pooled;
  const double outside = c.reference.front().value - c.least, beyond = c.most - c.reference.back().value;
  pooled.add(outside, m * c.areas.front() / (n + m));
  const std::size_t gaps = c.reference.size() - 1, step = std::max<std::size_t>(1, (gaps + most_tail_points - 1) / most_tail_points);
  for (std::size_t i = 0; i < gaps; i += step) {
    const std::size_t end = std::min(i + step, gaps);
    double area = 0;
    for (std::size_t j = i; j < end; ++j) {
      const double middle = (c.reference[j].through_low + c.reference[j].through_high + c.reference[j + 1].below_low + c.reference[j + 1].below_high) / 4;
      area += (n * middle * (c.reference[j + 1].value - c.reference[j].value) + m * c.areas[j + 1]) / (n + m);
    }
    pooled.add(c.reference[end].value - c.reference[i].value, area);
  }
  pooled.add(beyond, (n * beyond + m * (beyond - c.areas.back())) / (n + m));
  return pooled;
}

}  // namespace

WassersteinTail::WassersteinTail(const Comparison& comparison, double n, double m) {
  const auto [function, width] = pooled_gaps(comparison, n, m);
  double mean = 0, square = 0;
  const double scale = 1 / n + 1 / m;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const double variance = function[i] * (1 - function[i]);
    mean += width[i] * std::sqrt(2 / std::numbers::pi * scale * variance);
    for (std::size_t j = i; j < function.size(); ++j) {
      const double other = function[j] * (1 - function[j]), product = std::sqrt(variance * other);
      if (!(product > 0)) continue;
      const double r = std::min(1.0, function[i] * (1 - function[j]) / product);                               // correlation of the bridge
      const double both = 2 / std::numbers::pi * (std::sqrt(1 - r * r) + r * std::asin(r)) * product * scale;  // E |X Y|
      square += (i == j ? 1 : 2) * width[i] * width[j] * both;
    }
  }
  const double variance = square - mean * mean;
  if (!(variance > 0)) return;
  shape_ = mean * mean / variance;
  scale_ = variance / mean;
}

double WassersteinTail::operator()(double statistic) const { return shape_ > 0 ? gamma_tail(shape_, statistic / scale_) : 1; }

double share_tail(double a, double n, double b, double m) {
  a = std::round(a);
  b = std::round(b);
  n = std::max(a, std::round(n));
  m = std::max(b, std::round(m));
  const double all = a + b;
  if (!(all > 0) || !(all < n + m)) return 1;
  const auto choose = [](double from, double some) { return std::lgamma(from + 1) - std::lgamma(some + 1) - std::lgamma(from - some + 1); };
  const double here = std::exp(choose(m, b) + choose(n, a) - choose(n + m, all));
  // From b on away from the middle, each term by its ratio to the one before.
  const bool up = b * n > a * m;
  double sum = 0, term = here;
  for (double x = b; term > sum * 1e-17;) {
    sum += term;
    if (up) {
      term *= (m - x) * (all - x) / ((x + 1) * (n - all + x + 1));
      ++x;
    } else {
      term *= x * (n - all + x) / ((m - x + 1) * (all - x + 1));
      --x;
    }
  }
  return std::min(1.0, 2 * sum);
}

void adjust_by_holm(std::vector<double>& chances) {
  std::vector<std::size_t> order(chances.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return chances[a] < chances[b]; });
  double most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    most = std::max(most, std::min(1.0, chances[order[i]] * static_cast<double>(order.size() - i)));
    chances[order[i]] = most;
  }
}

}  // namespace iai
