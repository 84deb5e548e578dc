#include "evaluator/learning/near_audio.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include <fmt/format.h>

#include "formats/band_energies.hpp"

namespace iai {

namespace {

constexpr std::size_t bands = BandEnergies::bands;
constexpr double silence = 1e-6;             // of the loudest frame's energy
constexpr std::int64_t fewest_frames = 100;  // that must lie over each other: 1.2 s and the length of a frame
constexpr std::size_t most_alike = 256;      // of one word: hum and the like say nothing
constexpr std::size_t fewest_votes = 2, most_distances = 4;

}  // namespace

void NearAudio::row(const LearningTable& table) {
  const auto energies = table.row().fingerprint;
  if (table.place().split < 0 || energies.empty() || energies.size() % bands != 0) return;
  const auto sum = [&](std::size_t frame) {
    double all = 0;
    for (std::size_t b = 0; b < bands; ++b) all += static_cast<double>(energies[frame * bands + b]);
    return all;
  };
  Recording recording;
  double loudest = 0;
  for (std::size_t f = 0; f < energies.size() / bands; ++f) loudest = std::max(loudest, sum(f));
  for (std::size_t f = 1; f < energies.size() / bands; ++f) {
    const float *now = energies.data() + f * bands, *before = now - bands;
    std::uint32_t word = 0;
    for (std::size_t b = 0; b + 1 < bands; ++b) word = word << 1 | ((now[b] - now[b + 1]) - (before[b] - before[b + 1]) > 0 ? 1u : 0u);
    recording.words.push_back(word);
    recording.silent.push_back(!(sum(f) > silence * loudest));
    const auto number = static_cast<std::uint32_t>(recordings_.size());
    if (!recording.silent.back()) words_.add({word, number, static_cast<std::uint32_t>(f - 1)});
  }
  recordings_.push_back(std::move(recording));
  places_.push_back(table.place());
}

void NearAudio::vote(std::vector<Word>& same) {
  if (same.size() <= most_alike)
    for (std::size_t a = 0; a < same.size(); ++a)
      for (std::size_t b = a + 1; b < same.size(); ++b)
        if (places_[same[a].recording].split != places_[same[b].recording].split)
          votes_.add({same[a].recording, same[b].recording, static_cast<std::int32_t>(same[b].frame) - static_cast<std::int32_t>(same[a].frame)});
  same.clear();
}

/// Share of the bits that agree where both sound; 0 where that is too short a piece.
double NearAudio::agreement(const Recording& first, const Recording& second, std::int64_t distance) const {
  const auto begin = std::max<std::int64_t>(0, -distance),
             end = std::min(static_cast<std::int64_t>(first.words.size()), static_cast<std::int64_t>(second.words.size()) - distance);
  std::int64_t frames = 0, differ = 0;
  for (std::int64_t f = begin; f < end; ++f) {
    const auto a = static_cast<std::size_t>(f), b = static_cast<std::size_t>(f + distance);
    if (first.silent[a] || second.silent[b]) continue;
    ++frames;
    differ += std::popcount(first.words[a] ^ second.words[b]);
  }
  return frames < fewest_frames ? 0 : 1 - static_cast<double>(differ) / static_cast<double>(32 * frames);
}

/// Looks at the distances in time that most words speak for.
void NearAudio::check(std::uint32_t first, std::uint32_t second, std::vector<Distance>& distances) {
  std::stable_sort(distances.begin(), distances.end(), [](const Distance& a, const Distance& b) { return a.votes > b.votes; });
  double best = 0;
  for (std::size_t i = 0; i < std::min(distances.size(), most_distances); ++i)
    for (const std::int64_t near : {0, -1, 1})
      if (distances[i].votes >= fewest_votes) best = std::max(best, agreement(recordings_[first], recordings_[second], distances[i].frames + near));
  if (best >= rule_.similarity) copies_.push_back({first, second, fmt::format("{:.0f} % of the fingerprint's bits agree", 100 * best)});
  distances.clear();
}

void NearAudio::end_table(const LearningTable& table, ViolationLog& log) {
  std::vector<Word> same;
  words_.for_each([&](const Word& word) {
    if (!same.empty() && same.back().word != word.word) vote(same);
    if (same.size() <= most_alike) same.push_back(word);
  });
  vote(same);
  std::optional<Vote> last;
  std::vector<Distance> distances;
  votes_.for_each([&](const Vote& vote) {
    if (last && (vote.first != last->first || vote.second != last->second)) check(last->first, last->second, distances);
    if (distances.empty() || distances.back().frames != vote.distance) distances.push_back({0, vote.distance});
    ++distances.back().votes;
    last = vote;
  });
  if (last) check(last->first, last->second, distances);
  report_copies(rule_.head, "recording", places_, std::move(copies_), table, log);
}

}  // namespace iai
