#pragma once

#include "evaluator/learning/near_copies.hpp"

namespace iai {

/// Recordings of two splits that are copies of each other: louder, at another sampling rate, or a piece.
struct NearAudioRule {
  RuleHead head;
  double similarity = 0.8;  ///< share of the fingerprints' bits that agree, from which on one is a copy; by chance half of them do
};

/// Fingerprints of 32 bits for each 11.6 ms of sound (1.2 MB an hour stay in memory): is the difference of two neighbouring bands
/// larger than it was a frame before? Words that two recordings have in common at one distance in time are looked up outside of
/// memory; then all bits where the two lie over each other are compared.
/// @source J. Haitsma, T. Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002
class NearAudio : public LearningPart {
 public:
  explicit NearAudio(const NearAudioRule& rule) : rule_(rule), words_(std::size_t{1} << 20), votes_(std::size_t{1} << 20) {}
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  struct Recording {
    std::vector<std::uint32_t> words;
    std::vector<bool> silent;
  };
  struct Word {
    std::uint32_t word, recording, frame;
    auto operator<=>(const Word&) const = default;
  };
  struct Vote {
    std::uint32_t first, second;  ///< recordings
    std::int32_t distance;        ///< frames that the second begins after the first
    auto operator<=>(const Vote&) const = default;
  };
  void vote(std::vector<Word>& same);
  double agreement(const Recording& first, const Recording& second, std::int64_t distance) const;
  struct Distance {
    std::size_t votes;
    std::int32_t frames;
  };
  void check(std::uint32_t first, std::uint32_t second, std::vector<Distance>& distances);

  const NearAudioRule& rule_;
  std::vector<Recording> recordings_;
  std::vector<RowPlace> places_;
  ExternalSort<Word, std::less<>> words_;
  ExternalSort<Vote, std::less<>> votes_;
  std::vector<NearCopy> copies_;
};

}  // namespace iai
