#include "evaluator/learning/image_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace iai {

namespace {

using Image = std::vector<double>;
constexpr std::size_t side = ImageSimilarity::side;
constexpr std::size_t most_components = 8, images_per_component = 32, fewest_for_mean = 16;
constexpr int power_steps = 60;
constexpr double shares_from[] = {0, 0, 0.05, 0.1, 0, 0.1, 0.2}, shares_long[] = {1, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8};
constexpr double own_least = 1e-6;  // share of the energy that must be left

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

Image resample(std::span<const float> image, const Taps& across, const Taps& down) {
  const std::size_t n = across.first.size();
  Image lines(side * n), small(n * n);
  for (std::size_t v = 0; v < side; ++v)
    for (std::size_t i = 0, w = 0; i < n; ++i)
      for (std::size_t c = 0; c < across.count[i]; ++c) lines[v * n + i] += across.weights[w++] * static_cast<double>(image[v * side + across.first[i] + c]);
  for (std::size_t j = 0, w = 0; j < n; ++j)
    for (std::size_t c = 0; c < down.count[j]; ++c, ++w)
      for (std::size_t i = 0; i < n; ++i) small[j * n + i] += down.weights[w] * lines[(down.first[j] + c) * n + i];
  return small;
}

Image resample(std::span<const float> image, const ImageWindow& window, std::size_t cells) {
  return resample(image, Taps(window.x, window.width, cells), Taps(window.y, window.height, cells));
}

double dot(const Image& a, const Image& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// Takes the directions of an orthonormal basis off.
void take_off(Image& image, const std::vector<Image>& basis) {
  for (const auto& direction : basis) {
    const double share = dot(image, direction);
    for (std::size_t i = 0; i < image.size(); ++i) image[i] -= share * direction[i];
  }
}

/// Adds a direction to an orthonormal basis, if it is a new one.
void add_direction(std::vector<Image>& basis, Image direction) {
  const double before = dot(direction, direction);
  take_off(direction, basis);
  const double norm = std::sqrt(dot(direction, direction));
  if (!(norm * norm > 1e-9 * before) || !(norm > 0)) return;
  for (double& value : direction) value /= norm;
  basis.push_back(std::move(direction));
}

/// Less the mean of the 25 cells around.
Image finer(const Image& image, std::size_t n) {
  constexpr std::size_t reach = 2;
  Image fine(image.size());
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t u = 0; u < n; ++u) {
      double sum = 0;
      std::size_t count = 0;
      for (std::size_t b = v < reach ? 0 : v - reach; b <= std::min(n - 1, v + reach); ++b)
        for (std::size_t a = u < reach ? 0 : u - reach; a <= std::min(n - 1, u + reach); ++a, ++count) sum += image[b * n + a];
      fine[v * n + u] = image[v * n + u] - sum / static_cast<double>(count);
    }
  return fine;
}

/// Signs of the 63 lowest cosine terms but the mean.
std::uint64_t signs(const Image& image, std::size_t n) {
  static const auto waves = [] {
    std::array<std::array<double, 16>, 8> table{};
    for (std::size_t f = 0; f < 8; ++f)
      for (std::size_t i = 0; i < 16; ++i) table[f][i] = std::cos(std::numbers::pi * static_cast<double>(f) * (static_cast<double>(i) + 0.5) / 16);
    return table;
  }();
  std::uint64_t bits = 0;
  std::array<std::array<double, 8>, 16> lines{};
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t f = 0; f < 8; ++f)
      for (std::size_t u = 0; u < n; ++u) lines[v][f] += waves[f][u] * image[v * n + u];
  for (std::size_t g = 0; g < 8; ++g)
    for (std::size_t f = g == 0 ? 1 : 0; f < 8; ++f) {
      double term = 0;
      for (std::size_t v = 0; v < n; ++v) term += waves[g][v] * lines[v][f];
      bits = bits << 1 | (term > 0 ? 1 : 0);
    }
  return bits;
}

}  // namespace

ImageWindow ImageSimilarity::window(std::size_t number) {
  return {shares_from[number % 7], shares_from[number / 7], shares_long[number % 7], shares_long[number / 7]};
}

ImageSimilarity::ImageSimilarity(std::span<const std::vector<float>> sample, std::size_t images) {
  if (images >= fewest_for_mean && !sample.empty()) {
    std::vector<float> mean(cells);
    for (std::size_t i = 0; i < cells; ++i) {
      double sum = 0;
      for (const auto& image : sample) sum += static_cast<double>(image[i]);
      mean[i] = static_cast<float>(sum / static_cast<double>(sample.size()));
    }
    std::vector<Image> centered;
    for (const auto& image : sample) {
      centered.emplace_back(cells);
      for (std::size_t i = 0; i < cells; ++i) centered.back()[i] = static_cast<double>(image[i]) - static_cast<double>(mean[i]);
    }
    common_.push_back(std::move(mean));
    std::vector<Image> gram(centered.size(), Image(centered.size()));
    for (std::size_t a = 0; a < gram.size(); ++a)
      for (std::size_t b = 0; b <= a; ++b) gram[a][b] = gram[b][a] = dot(centered[a], centered[b]);
    for (std::size_t c = 0; c < std::min(most_components, images / images_per_component); ++c) add_component(centered, gram);
  }
  for (std::size_t w = 0; w < windows; ++w) {
    add_direction(hash_bases_[w], Image(hash_side * hash_side, 1.0));
    for (const auto& image : common_) add_direction(hash_bases_[w], resample(image, window(w), hash_side));
    fine_bases_[w] = fine_basis(window(w));
  }
}

/// The strongest way in which the images vary, by the power method; kept when many of them take part: what a few copies of one
/// image share is not common to the set.
void ImageSimilarity::add_component(const std::vector<Image>& images, std::vector<Image>& gram) {
  const std::size_t n = gram.size();
  Image scores(n);
  for (std::size_t i = 0; i < n; ++i) scores[i] = std::cos(static_cast<double>(i * i + 1));
  double strength = 0;
  for (int step = 0; step < power_steps; ++step) {
    Image next(n);
    for (std::size_t i = 0; i < n; ++i) next[i] = dot(gram[i], scores);
    strength = std::sqrt(dot(next, next));
    if (!(strength > 0)) return;
    for (std::size_t i = 0; i < n; ++i) scores[i] = next[i] / strength;
  }
  double squares = 0;
  for (const double score : scores) squares += score * score * score * score;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) gram[i][j] -= strength * scores[i] * scores[j];
  if (squares * static_cast<double>(n) > 5) return;  // fewer than a fifth of them
  std::vector<float> component(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < n; ++k) sum += scores[k] * images[k][i];
    component[i] = static_cast<float>(sum);
  }
  common_.push_back(std::move(component));
}

ImageSimilarity::Hashes ImageSimilarity::hashes(std::span<const float> image) const {
  Hashes hashes;
  const Image whole = resample(image, ImageWindow{}, hash_side);
  for (std::size_t w = 0; w < windows; ++w) {
    Image own = whole, part = resample(image, window(w), hash_side);
    take_off(own, hash_bases_[w]);
    take_off(part, hash_bases_[w]);
    hashes.whole[w] = signs(own, hash_side);
    hashes.part[w] = signs(part, hash_side);
  }
  return hashes;
}

std::vector<Image> ImageSimilarity::fine_basis(const ImageWindow& part) const {
  std::vector<Image> basis;
  for (const auto& common : common_) add_direction(basis, finer(resample(common, part, fine_side), fine_side));
  return basis;
}

namespace {

/// Of what is left of two images without the directions of a basis.
double correlation(Image a, Image b, const std::vector<Image>& basis) {
  const double before_a = dot(a, a), before_b = dot(b, b);
  take_off(a, basis);
  take_off(b, basis);
  const double left_a = dot(a, a), left_b = dot(b, b);
  if (!(left_a > own_least * before_a) || !(left_b > own_least * before_b) || !(left_a * left_b > 0)) return 0;
  return dot(a, b) / std::sqrt(left_a * left_b);
}

/// One edge of the window in or out. @returns false when it leaves the image, or too little is left.
bool move_edge(ImageWindow& window, int edge, double way) {
  if (edge == 0) window.x += way;
  if (edge == 2) window.y += way;
  (edge < 2 ? window.width : window.height) += edge % 2 == 0 ? -way : way;
  return window.x >= 0 && window.y >= 0 && window.x + window.width < 1 + 1e-9 && window.y + window.height < 1 + 1e-9 && window.width > 0.6 &&
         window.height > 0.6;
}

}  // namespace

namespace {

/// Moves the edges of the window while that makes `value_of` larger. @returns the largest value
template <class Value>
double climb(ImageWindow& window, double step, Value value_of) {
  double best = value_of(window);
  for (bool better = best < 0.98; better;) {
    better = false;
    for (int move = 0; move < 8; ++move) {
      ImageWindow moved = window;
      if (!move_edge(moved, move / 2, move % 2 == 0 ? step : -step)) continue;
      const double value = value_of(moved);
      if (!(value > best + 1e-4)) continue;
      best = value;
      window = moved;
      better = true;
    }
  }
  return best;
}

}  // namespace

double ImageSimilarity::similarity(std::span<const float> image, std::span<const float> other, std::size_t number, ImageWindow& part) const {
  // Copies grow more alike the closer their edges lie over each other: at each step there is a least that they reach.
  struct Step {
    std::size_t cells;
    double width, least;
  };
  constexpr Step steps[] = {{hash_side, 0.03, 0.2}, {hash_side, 0.015, 0.3}, {fine_side, 0.01, 0.3}, {fine_side, 0.005, 0.6}, {fine_side, 0.0025, 0.8}};
  const Image coarse = resample(image, ImageWindow{}, hash_side), fine = finer(resample(image, ImageWindow{}, fine_side), fine_side);
  part = window(number);
  double best = 0;
  for (const auto& step : steps) {
    // What is common stays where it is while the window moves a little.
    if (step.cells == hash_side)
      best = climb(part, step.width, [&](const ImageWindow& moved) { return correlation(coarse, resample(other, moved, hash_side), hash_bases_[number]); });
    else
      best = climb(part, step.width,
                   [&](const ImageWindow& moved) { return correlation(fine, finer(resample(other, moved, fine_side), fine_side), fine_bases_[number]); });
    if (best < step.least) return 0;
  }
  return correlation(fine, finer(resample(other, part, fine_side), fine_side), fine_basis(part));
}

}  // namespace iai
