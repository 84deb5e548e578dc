#include "evaluator/learning/near_images.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "evaluator/learning/near_copies.hpp"
#include "formats/parallel.hpp"

namespace iai {

namespace {

constexpr std::size_t cells = ImageSimilarity::cells, words = cells * sizeof(std::int16_t) / sizeof(double);
constexpr double steps = 4096;            // of a deviation
constexpr int most_bits = 20;             // by which hashes of copies differ
constexpr std::size_t most_matches = 48;  // of one image that are looked at, the best ones
constexpr std::size_t most_sampled = 192;
constexpr double cut_least = 0.9;  // of the area, below which an image is clearly a part of what another shows

}  // namespace

NearImages::NearImages(const NearImagesRule& rule) : rule_(rule), spool_(words), buffer_(words) {}

void NearImages::row(const LearningTable& table) {
  const auto thumbnail = table.row().fingerprint;
  if (table.place().split < 0 || thumbnail.size() != cells) return;
  double sum = 0, squares = 0;
  for (const float cell : thumbnail) sum += static_cast<double>(cell);
  const double mean = sum / cells;
  for (const float cell : thumbnail) squares += (static_cast<double>(cell) - mean) * (static_cast<double>(cell) - mean);
  const double deviation = std::sqrt(squares / cells);
  if (!(deviation > 1e-6 * std::abs(mean))) return;  // one colour: a copy of all that are
  std::vector<std::int16_t> packed(cells);
  for (std::size_t i = 0; i < cells; ++i)
    packed[i] = static_cast<std::int16_t>(std::clamp(std::round((static_cast<double>(thumbnail[i]) - mean) / deviation * steps), -32767.0, 32767.0));
  std::memcpy(buffer_.data(), packed.data(), cells * sizeof(std::int16_t));
  spool_.append(buffer_);
  places_.push_back(table.place());
}

std::vector<float> NearImages::image(std::size_t index) const {
  std::vector<std::int16_t> packed(cells);
  std::memcpy(packed.data(), spool_.row(static_cast<std::int64_t>(index)).data(), cells * sizeof(std::int16_t));
  std::vector<float> image(cells);
  for (std::size_t i = 0; i < cells; ++i) image[i] = static_cast<float>(packed[i] / steps);
  spool_.looked_at(1);
  return image;
}

/// How near `image` comes to a part of `other`: by where both lie in what all show, or by one of the windows.
std::optional<NearImages::Match> NearImages::match(std::size_t image, std::size_t other) const {
  const auto &mine = hashes_[image], &its = hashes_[other];
  const auto area = [](const ImageWindow& frame) { return frame.width * frame.height; };
  const auto apart = [](std::uint64_t a, std::uint64_t b) { return static_cast<std::uint64_t>(std::popcount(a ^ b)); };
  const bool both_framed = mine.is_framed && its.is_framed;
  // What is left of a part that lies a little beside its place hides what it has of its own: the hash only tells which are tried first.
  if (both_framed && area(mine.frame) < cut_least * area(its.frame)) return Match{apart(mine.framed, its.framed), other, ImageSimilarity::windows};
  Match best{most_bits + 1, other, 0};
  const auto look = [&](std::uint64_t bits, std::size_t window) {
    if (bits < best.bits) best = {bits, other, window};
  };
  for (std::size_t w = 0; w < ImageSimilarity::windows; ++w)
    if (w != 0 || other < image) look(apart(mine.whole[w], its.part[w]), w);  // whole images are compared once
  if (both_framed && std::pair(area(mine.frame), image) < std::pair(area(its.frame), other)) look(apart(mine.framed, its.framed), ImageSimilarity::windows);
  return best.bits <= most_bits ? std::optional(best) : std::nullopt;
}

ImageWindow NearImages::begin(std::size_t image, const Match& match) const {
  if (match.window < ImageSimilarity::windows) return ImageSimilarity::window(match.window);
  const auto &mine = hashes_[image].frame, &its = hashes_[match.other].frame;
  const auto relative = [](double from, double length, double its_from, double its_length) {
    const double low = std::clamp((from - its_from) / its_length, 0.0, 0.4);
    return std::pair(low, std::clamp((from + length - its_from) / its_length, low + 0.6, 1.0) - low);
  };
  const auto [x, width] = relative(mine.x, mine.width, its.x, its.width);
  const auto [y, height] = relative(mine.y, mine.height, its.y, its.height);
  return {x, y, width, height};
}

std::vector<NearImages::Match> NearImages::matches(std::size_t image) const {
  std::vector<Match> found;
  for (std::size_t other = 0; other < hashes_.size(); ++other) {
    if (places_[other].split == places_[image].split) continue;
    if (const auto near = match(image, other)) found.push_back(*near);
  }
  const auto kept = std::min(found.size(), most_matches);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end());
  found.resize(kept);
  return found;
}

std::vector<NearImages::Copy> NearImages::copies(const ImageSimilarity& similarity, std::size_t image) const {
  std::vector<Copy> found;
  std::vector<float> mine;
  for (const auto& match : matches(image)) {
    if (mine.empty()) mine = this->image(image);
    ImageWindow part = begin(image, match);
    const double value = similarity.similarity(mine, this->image(match.other), part);
    if (value >= rule_.similarity) found.push_back({match.other, value, part});
  }
  return found;
}

void NearImages::end_table(const LearningTable& table, ViolationLog& log) {
  if (places_.size() < 2) return;
  spool_.finish();
  std::vector<std::vector<float>> sample;
  const std::size_t step = (places_.size() + most_sampled - 1) / most_sampled;
  for (std::size_t i = 0; i < places_.size(); i += step) sample.push_back(image(i));
  const ImageSimilarity similarity(sample, places_.size());
  hashes_.resize(places_.size());
  parallel_for(places_.size(), [&](std::size_t i) { hashes_[i] = similarity.hashes(image(i)); });
  std::vector<std::vector<Copy>> found(places_.size());
  parallel_for(places_.size(), [&](std::size_t i) { found[i] = copies(similarity, i); });
  std::vector<NearCopy> pairs;
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const auto& copy : found[i]) {
      const bool whole = copy.part.width > 0.98 && copy.part.height > 0.98;
      pairs.push_back({i, copy.other,
                       fmt::format("similarity {:.2f}{}", copy.similarity,
                                   whole ? "" : fmt::format(", one of them cut to {:.0f} x {:.0f} %", 100 * copy.part.width, 100 * copy.part.height))});
    }
  report_copies(rule_.head, "image", places_, std::move(pairs), table, log);
}

}  // namespace iai
