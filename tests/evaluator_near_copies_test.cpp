#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/learning/image_similarity.hpp"
#include "formats/band_energies.hpp"

using namespace iai;

namespace {

constexpr std::size_t side = ImageSimilarity::side;

/// Waves of all lengths, seen through a window: the same picture whatever part of it is asked for.
std::vector<float> picture(std::uint64_t number, const ImageWindow& window) {
  const CounterRandom random(number, "picture");
  std::vector<float> cells(side * side);
  double sum = 0, squares = 0;
  for (std::size_t v = 0; v < side; ++v)
    for (std::size_t u = 0; u < side; ++u) {
      const double x = window.x + window.width * (static_cast<double>(u) + 0.5) / side, y = window.y + window.height * (static_cast<double>(v) + 0.5) / side;
      double value = 0;
      for (std::uint64_t w = 0; w < 40; ++w) {
        const double length = 1 + 0.4 * static_cast<double>(w), angle = 6.28 * random.uniform(3 * w), phase = 6.28 * random.uniform(3 * w + 1);
        value += std::sin(2 * std::numbers::pi * length * (x * std::cos(angle) + y * std::sin(angle)) + phase) / std::sqrt(length);
      }
      cells[v * side + u] = static_cast<float>(value);
      sum += value;
      squares += value * value;
    }
  const double mean = sum / (side * side), deviation = std::sqrt(squares / (side * side) - mean * mean);
  for (float& cell : cells) cell = static_cast<float>((static_cast<double>(cell) - mean) / deviation);
  return cells;
}

}  // namespace

TEST_CASE("a part of an image is found again, others are not alike") {
  std::vector<std::vector<float>> images;
  for (std::uint64_t i = 0; i < 20; ++i) images.push_back(picture(i, {}));
  const ImageSimilarity similarity(images, images.size());
  for (const ImageWindow& cut : {ImageWindow{}, ImageWindow{0.03, 0.06, 0.88, 0.86}, ImageWindow{0.16, 0, 0.81, 0.93}}) {
    const auto copy = picture(3, cut);
    const auto hashes = similarity.hashes(copy), whole = similarity.hashes(images[3]), other = similarity.hashes(images[4]);
    std::size_t best = 0;
    const auto bits = [&](const ImageSimilarity::Hashes& of, std::size_t w) { return __builtin_popcountll(hashes.whole[w] ^ of.part[w]); };
    for (std::size_t w = 0; w < ImageSimilarity::windows; ++w) best = bits(whole, w) < bits(whole, best) ? w : best;
    CHECK(bits(whole, best) <= 20);
    ImageWindow part = ImageSimilarity::window(best), elsewhere = part;
    CHECK(similarity.similarity(copy, images[3], part) > 0.95);
    CHECK(part.x == doctest::Approx(cut.x).epsilon(0.01));
    CHECK(part.width == doctest::Approx(cut.width).epsilon(0.01));
    CHECK(similarity.similarity(copy, images[4], elsewhere) < 0.6);
    CHECK(bits(other, best) > 10);
  }
}

TEST_CASE("bands hold the same share of a sound at every sampling rate") {
  const auto energies = [](double rate) {
    BandEnergies bands(rate, 1);
    std::vector<double> samples;
    for (int i = 0; i < static_cast<int>(rate * 2); ++i) {
      const double t = i / rate;
      samples.push_back(std::sin(2 * std::numbers::pi * 440 * t) + 0.5 * std::sin(2 * std::numbers::pi * 1460 * t) +
                        (rate > 12000 ? std::sin(2 * std::numbers::pi * 5300 * t) : 0));
    }
    bands.add(samples);
    return bands.frames();
  };
  const auto reference = energies(8000);
  REQUIRE(reference.size() / BandEnergies::bands == 141);  // (2 - 0.37) / 0.0116 frames, and one
  const auto band = [](double hz) { return static_cast<std::size_t>(std::log(hz / 300) / std::log(2000.0 / 300) * BandEnergies::bands); };
  const std::size_t frame = 70 * BandEnergies::bands;
  CHECK(reference[frame + band(1460)] / reference[frame + band(440)] == doctest::Approx(0.25).epsilon(0.02));
  CHECK(reference[frame + band(800)] < 1e-4f * reference[frame + band(440)]);
  for (const double rate : {11025.0, 16000.0, 22050.0, 44100.0, 48000.0}) {
    const auto others = energies(rate);
    CHECK(others.size() == reference.size());
    CHECK(others[frame + band(1460)] / others[frame + band(440)] == doctest::Approx(0.25).epsilon(0.04));
    CHECK(others[frame + band(800)] < 1e-4f * others[frame + band(440)]);
  }
}

TEST_CASE("recordings at low rates, of no length, and with samples that are no number") {
  BandEnergies slow(50, 3), none(16000, 1), broken(8000, 1);
  slow.add(std::vector<double>(std::size_t{3} * 50 * 120, 1.0));
  CHECK(slow.frames().size() / BandEnergies::bands > 50);
  CHECK(none.frames().empty());
  broken.add(std::vector<double>(8000, std::nan("")));
  CHECK(broken.frames().size() % BandEnergies::bands == 0);
}
