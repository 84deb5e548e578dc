#pragma once

#include <optional>

#include "evaluator/data/row_spool.hpp"
#include "evaluator/learning/image_similarity.hpp"
#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// Images of two splits that are copies of each other: compressed, scaled, brightened or cut.
struct NearImagesRule {
  RuleHead head;
  double similarity = 0.93;  ///< of what two images have of their own, from which on one is a copy; ImageSimilarity
};

/// Holds every image of a split against every one of the others: thumbnails wait in a temporary file (32 KiB each), hashes of 832
/// bytes an image stay in memory. Pages are images of their own.
class NearImages : public LearningPart {
 public:
  explicit NearImages(const NearImagesRule& rule);
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  struct Match {
    std::uint64_t bits;         ///< that differ
    std::size_t other, window;  ///< number of a window, or their count: where their frames lie
    auto operator<=>(const Match&) const = default;
  };
  struct Copy {
    std::size_t other;
    double similarity;
    ImageWindow part;
  };
  std::optional<Match> match(std::size_t image, std::size_t other) const;
  ImageWindow begin(std::size_t image, const Match& match) const;
  std::vector<float> image(std::size_t index) const;
  std::vector<Match> matches(std::size_t image) const;
  std::vector<Copy> copies(const ImageSimilarity& similarity, std::size_t image) const;

  const NearImagesRule& rule_;
  RowSpool spool_;
  std::vector<double> buffer_;
  std::vector<RowPlace> places_;
  std::vector<ImageSimilarity::Hashes> hashes_;
};

}  // namespace iai
