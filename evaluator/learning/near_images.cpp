#include "evaluator/learning/near_images.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include "evaluator/learning/near_copies.hpp"

namespace iai {

namespace {

constexpr std::size_t cells = ImageSimilarity::cells, words = cells * sizeof(std::int16_t) / sizeof(double);
constexpr double steps = 4096;            // of a deviation
constexpr int most_bits = 20;             // by which hashes of copies differ
constexpr std::size_t most_matches = 48;  // of one image that are looked at, the best ones
constexpr std::size_t most_sampled = 192;

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

std::vector<NearImages::Match> NearImages::matches(std::size_t image) const {
  std::vector<Match> found;
  const auto& mine = hashes_[image];
  for (std::size_t other = 0; other < hashes_.size(); ++other) {
    if (places_[other].split == places_[image].split) continue;
    Match best{most_bits + 1, other, 0};
    for (std::size_t w = 0; w < ImageSimilarity::windows; ++w)
      if (const auto bits = static_cast<std::uint64_t>(std::popcount(mine.whole[w] ^ hashes_[other].part[w])); bits < best.bits) best = {bits, other, w};
    if (best.bits <= most_bits && (best.window != 0 || other < image)) found.push_back(best);
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
    ImageWindow part;
    const double value = similarity.similarity(mine, this->image(match.other), match.window, part);
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
  tbb::parallel_for(std::size_t{0}, places_.size(), [&](std::size_t i) { hashes_[i] = similarity.hashes(image(i)); });
  std::vector<std::vector<Copy>> found(places_.size());
  tbb::parallel_for(std::size_t{0}, places_.size(), [&](std::size_t i) { found[i] = copies(similarity, i); });
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
