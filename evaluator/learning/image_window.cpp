#include "evaluator/learning/image_window.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace iai {

namespace {

constexpr std::size_t side = thumbnail_side;

/// Cells of a thumbnail that a cell of the smaller picture covers, and how much of each.
struct Taps {
  std::vector<std::size_t> first, count;
  std::vector<double> weights;
  Taps(double from, double length, std::size_t cells) {
    for (std::size_t i = 0; i < cells; ++i) {
      const double low = (from + length * static_cast<double>(i) / static_cast<double>(cells)) * side, high = low + length * side / static_cast<double>(cells);
      const auto begin = std::min(static_cast<std::size_t>(low), side - 1), end = std::min(static_cast<std::size_t>(std::ceil(high)), side);
      first.push_back(begin);
      count.push_back(std::max(end, begin + 1) - begin);
      for (std::size_t c = begin; c < begin + count.back(); ++c)
        weights.push_back(std::max(0.0, std::min(high, static_cast<double>(c + 1)) - std::max(low, static_cast<double>(c))) / (high - low));
    }
  }
};

}  // namespace

Picture resample(std::span<const float> thumbnail, const ImageWindow& window, std::size_t cells) {
  const Taps across(window.x, window.width, cells), down(window.y, window.height, cells);
  Picture lines(side * cells), small(cells * cells);
  for (std::size_t v = 0; v < side; ++v)
    for (std::size_t i = 0, w = 0; i < cells; ++i)
      for (std::size_t c = 0; c < across.count[i]; ++c)
        lines[v * cells + i] += across.weights[w++] * static_cast<double>(thumbnail[v * side + across.first[i] + c]);
  for (std::size_t j = 0, w = 0; j < cells; ++j)
    for (std::size_t c = 0; c < down.count[j]; ++c, ++w)
      for (std::size_t i = 0; i < cells; ++i) small[j * cells + i] += down.weights[w] * lines[(down.first[j] + c) * cells + i];
  return small;
}

Picture finer(const Picture& picture, std::size_t n) {
  constexpr std::size_t reach = 2;
  Picture fine(picture.size());
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t u = 0; u < n; ++u) {
      double sum = 0;
      std::size_t count = 0;
      for (std::size_t b = v < reach ? 0 : v - reach; b <= std::min(n - 1, v + reach); ++b)
        for (std::size_t a = u < reach ? 0 : u - reach; a <= std::min(n - 1, u + reach); ++a, ++count) sum += picture[b * n + a];
      fine[v * n + u] = picture[v * n + u] - sum / static_cast<double>(count);
    }
  return fine;
}

double dot(const Picture& a, const Picture& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

double correlation(const Picture& a, const Picture& b) {
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count, mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  const double of_a = dot(a, a) - count * mean_a * mean_a, of_b = dot(b, b) - count * mean_b * mean_b;
  return of_a > 0 && of_b > 0 ? (dot(a, b) - count * mean_a * mean_b) / std::sqrt(of_a * of_b) : 0;
}

void take_off(Picture& picture, const std::vector<Picture>& basis) {
  for (const auto& direction : basis) {
    const double share = dot(picture, direction);
    for (std::size_t i = 0; i < picture.size(); ++i) picture[i] -= share * direction[i];
  }
}

void add_direction(std::vector<Picture>& basis, Picture direction) {
  const double before = dot(direction, direction);
  take_off(direction, basis);
  const double norm = std::sqrt(dot(direction, direction));
  if (!(norm * norm > 1e-9 * before) || !(norm > 0)) return;
  for (double& value : direction) value /= norm;
  basis.push_back(std::move(direction));
}

std::uint64_t cosine_signs(const Picture& picture) {
  constexpr std::size_t n = 16, terms = 8;
  static const auto waves = [] {
    std::array<std::array<double, n>, terms> table{};
    for (std::size_t f = 0; f < terms; ++f)
      for (std::size_t i = 0; i < n; ++i) table[f][i] = std::cos(std::numbers::pi * static_cast<double>(f) * (static_cast<double>(i) + 0.5) / n);
    return table;
  }();
  std::uint64_t bits = 0;
  std::array<std::array<double, terms>, n> lines{};
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t f = 0; f < terms; ++f)
      for (std::size_t u = 0; u < n; ++u) lines[v][f] += waves[f][u] * picture[v * n + u];
  for (std::size_t g = 0; g < terms; ++g)
    for (std::size_t f = g == 0 ? 1 : 0; f < terms; ++f) {
      double term = 0;
      for (std::size_t v = 0; v < n; ++v) term += waves[g][v] * lines[v][f];
      bits = bits << 1 | (term > 0 ? 1 : 0);
    }
  return bits;
}

bool move_edges(ImageWindow& window, int move, double way) {
  if (move % 2 == 1) way = -way;
  const int edge = move / 2;  // left, right, top, bottom, both of a row, both of a column
  if (edge == 0 || edge == 4) window.x += way;
  if (edge == 2 || edge == 5) window.y += way;
  if (edge < 2) window.width += edge == 0 ? -way : way;
  if (edge == 2 || edge == 3) window.height += edge == 2 ? -way : way;
  return window.x >= 0 && window.y >= 0 && window.x + window.width < 1 + 1e-9 && window.y + window.height < 1 + 1e-9 && window.width > 0.6 &&
         window.height > 0.6;
}

}  // namespace iai
