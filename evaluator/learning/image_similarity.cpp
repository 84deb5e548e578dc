#include "evaluator/learning/image_similarity.hpp"

#include <algorithm>
#include <cmath>

namespace iai {

namespace {

constexpr std::size_t most_components = 8, images_per_component = 16, fewest_for_mean = 16;
constexpr int power_steps = 60;
constexpr double shares_from[] = {0, 0, 0.05, 0.1, 0, 0.1, 0.2}, shares_long[] = {1, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8};
constexpr double own_least = 1e-6;    // share of the energy that must be left
constexpr double framed_least = 0.6;  // correlation with the mean, from which on an image shows what all show
constexpr double largest = 2;         // mean amounts that a cell counts for

std::vector<float> mean_of(std::span<const std::vector<float>> images) {
  std::vector<float> mean(ImageSimilarity::cells);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    double sum = 0;
    for (const auto& image : images) sum += static_cast<double>(image[i]);
    mean[i] = static_cast<float>(sum / static_cast<double>(images.size()));
  }
  return mean;
}

}  // namespace

ImageWindow ImageSimilarity::window(std::size_t number) {
  return {shares_from[number % 7], shares_from[number / 7], shares_long[number % 7], shares_long[number / 7]};
}

ImageSimilarity::ImageSimilarity(std::span<const std::vector<float>> sample, std::size_t images) {
  if (images >= fewest_for_mean && !sample.empty()) {
    common_.push_back(mean_of(sample));
    std::vector<Picture> centered;
    for (const auto& image : sample) {
      centered.emplace_back(cells);
      for (std::size_t i = 0; i < cells; ++i) centered.back()[i] = static_cast<double>(image[i]) - static_cast<double>(common_[0][i]);
    }
    std::vector<Picture> gram(centered.size(), Picture(centered.size()));
    for (std::size_t a = 0; a < gram.size(); ++a)
      for (std::size_t b = 0; b <= a; ++b) gram[a][b] = gram[b][a] = dot(centered[a], centered[b]);
    for (std::size_t c = 0; c < std::min(most_components, images / images_per_component); ++c) add_component(centered, gram);
  }
  for (std::size_t w = 0; w < windows; ++w) {
    hash_bases_[w] = basis(window(w), hash_side);
    if (!common_.empty()) mean_parts_[w] = resample(common_[0], window(w), hash_side);
  }
}

/// The strongest way in which the images vary, by the power method; kept when many of them take part: what a few copies of one
/// image share is not common to the set.
void ImageSimilarity::add_component(const std::vector<Picture>& images, std::vector<Picture>& gram) {
  const std::size_t n = gram.size();
  Picture scores(n);
  for (std::size_t i = 0; i < n; ++i) scores[i] = std::cos(static_cast<double>(i * i + 1));
  double strength = 0;
  for (int step = 0; step < power_steps; ++step) {
    Picture next(n);
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

std::vector<Picture> ImageSimilarity::basis(const ImageWindow& part, std::size_t size) const {
  std::vector<Picture> basis;
  if (size == hash_side) add_direction(basis, Picture(size * size, 1.0));
  for (const auto& common : common_) {
    auto shown = resample(common, part, size);
    add_direction(basis, size == hash_side ? std::move(shown) : finer(shown, size));
  }
  return basis;
}

/// Where the image lies in the mean of all, as far as it is like it; its hash is then that of what it has of its own, there.
void ImageSimilarity::find_frame(const Picture& image, Hashes& hashes) const {
  if (common_.empty()) return;
  std::size_t nearest = 0;
  double best = -1;
  for (std::size_t w = 0; w < windows; ++w)
    if (const double value = correlation(image, mean_parts_[w]); value > best) {
      best = value;
      nearest = w;
    }
  hashes.frame = window(nearest);
  for (const double step : {0.03, 0.015, 0.0075})
    best = climb(hashes.frame, step, [&](const ImageWindow& moved) { return correlation(image, resample(common_[0], moved, hash_side)); });
  hashes.is_framed = best >= framed_least;
  if (!hashes.is_framed) return;
  const auto own_at = [&](const ImageWindow& frame) {
    Picture own = image;
    take_off(own, basis(frame, hash_side));
    return own;
  };
  for (const double step : {0.015, 0.0075})  // what all show varies: it lies where its mean and the ways in which it varies leave least
    climb(hashes.frame, step, [&](const ImageWindow& moved) {
      const Picture own = own_at(moved);
      return -dot(own, own) / dot(image, image);
    });
  const Picture own = own_at(hashes.frame);
  Picture placed(hash_side * hash_side);
  const auto place = [](std::size_t cell, double from, double length) {
    return static_cast<int>(std::floor(((static_cast<double>(cell) + 0.5) / hash_side - from) / length * hash_side));
  };
  for (std::size_t v = 0; v < hash_side; ++v)
    for (std::size_t u = 0; u < hash_side; ++u) {
      const int x = place(u, hashes.frame.x, hashes.frame.width), y = place(v, hashes.frame.y, hashes.frame.height);
      if (x < 0 || y < 0 || x >= static_cast<int>(hash_side) || y >= static_cast<int>(hash_side)) continue;  // cut off
      placed[v * hash_side + u] = own[static_cast<std::size_t>(y) * hash_side + static_cast<std::size_t>(x)];
    }
  hashes.framed = cosine_signs(placed);
}

ImageSimilarity::Hashes ImageSimilarity::hashes(std::span<const float> image) const {
  Hashes hashes;
  const Picture whole = resample(image, ImageWindow{}, hash_side);
  for (std::size_t w = 0; w < windows; ++w) {
    Picture own = whole, part = resample(image, window(w), hash_side);
    take_off(own, hash_bases_[w]);
    take_off(part, hash_bases_[w]);
    hashes.whole[w] = cosine_signs(own);
    hashes.part[w] = cosine_signs(part);
  }
  find_frame(whole, hashes);
  return hashes;
}

/// Of what is left of the fine parts of two images without what is common. The edges of parts that lie a little otherwise each time
/// are left too, and large: they count for no more than their area.
double ImageSimilarity::own_correlation(const Picture& fine, std::span<const float> other, const ImageWindow& part, const std::vector<Picture>& common) const {
  Picture a = fine, b = finer(resample(other, part, fine_side), fine_side);
  const double before_a = dot(a, a), before_b = dot(b, b);
  take_off(a, common);
  take_off(b, common);
  if (!(dot(a, a) > own_least * before_a) || !(dot(b, b) > own_least * before_b)) return 0;
  for (Picture* picture : {&a, &b}) {
    double most = 0;
    for (const double value : *picture) most += largest * std::abs(value) / static_cast<double>(picture->size());
    for (double& value : *picture) value = std::clamp(value, -most, most);
  }
  const double left = dot(a, a) * dot(b, b);
  return left > 0 ? dot(a, b) / std::sqrt(left) : 0;
}

double ImageSimilarity::similarity(std::span<const float> image, std::span<const float> other, ImageWindow& part) const {
  // First the whole of what the two show is laid over each other, then what is fine and their own; copies reach these values on the way.
  constexpr double alike_coarse = 0.8, alike_begun = 0.25, alike_near = 0.6;
  const Picture coarse = resample(image, ImageWindow{}, hash_side), fine = finer(resample(image, ImageWindow{}, fine_side), fine_side);
  double best = 0;
  for (const double step : {0.03, 0.015, 0.0075, 0.00375})
    best = climb(part, step, [&](const ImageWindow& moved) { return correlation(coarse, resample(other, moved, hash_side)); });
  if (best < alike_coarse) return 0;
  double least = alike_begun;
  for (const double step : {0.01, 0.005, 0.0025}) {
    const auto common = basis(part, fine_side);  // stays where it is while the window moves a little
    best = climb(part, step, [&](const ImageWindow& moved) { return own_correlation(fine, other, moved, common); });
    if (best < least) return 0;
    least = alike_near;
  }
  return own_correlation(fine, other, part, basis(part, fine_side));
}

}  // namespace iai
