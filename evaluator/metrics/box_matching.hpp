#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "evaluator/task/box_truth.hpp"

namespace iai {

/// Boxes match from these overlaps on: 0.5, 0.55 ... 0.95.
constexpr std::size_t overlap_count = 10;
const std::array<double, overlap_count>& overlaps();

/// Objects are judged together and by their area: all, below 32², up to 96², beyond; those on a bound belong to both.
constexpr std::array<std::string_view, 4> object_sizes{"all", "small", "medium", "large"};

/// Detections of a class that count in an image at most, those with the highest scores.
constexpr std::int32_t most_found = 100;

/// What a model found in an image. `label` is a place in BoxTruth::classes.
struct FoundBox {
  std::int32_t label = 0;
  double score = 0;
  Box box{};
};

/// A detection held against the truth. Bit t of a mask speaks of overlaps()[t], one mask a size of objects.
struct MatchedBox {
  std::int32_t label = 0, rank = 0;  ///< rank among those of its class in the image, from 0
  double score = 0;
  std::array<std::uint16_t, object_sizes.size()> right{};    ///< it has an object that no other found
  std::array<std::uint16_t, object_sizes.size()> counted{};  ///< right or wrong; else it lies in a crowd or is of another size
  bool operator==(const MatchedBox&) const = default;
};

/// How many objects of a class an image has that count, by size.
struct ObjectCount {
  std::int32_t label = 0;
  std::array<std::int32_t, object_sizes.size()> objects{};
};

struct ImageMatches {
  std::int64_t image = 0;          ///< its id: orders equal scores
  std::vector<MatchedBox> boxes;   ///< by class, then falling score
  std::vector<ObjectCount> truth;  ///< by class, those that occur
};

/// Intersection over union; with a crowd, over the found box alone. @param found, truth  left, top, width, height
double overlap(const Box& found, const TrueBox& truth);

/// Gives each detection, the highest score first, the object of its class that it overlaps most, as pycocotools does: each object once, crowds
/// as often as wanted, an object that counts before one that does not; the last one of equal overlaps.
/// @source T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context" (2014); pycocotools/cocoeval.py, evaluateImg
ImageMatches match_boxes(const TrueImage& truth, std::vector<FoundBox> found);

}  // namespace iai
