#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace iai {

/// Left, top, width and height, in pixels of the image.
using Box = std::array<double, 4>;

/// An object that an image truly shows.
struct TrueBox {
  std::int32_t label = 0;  ///< place of its class in BoxTruth::classes
  bool crowd = false;      ///< many objects in one box: what is found in there counts neither way
  double area = 0;         ///< of the object, not of its box, in square pixels
  Box box{};
};

struct TrueImage {
  std::int64_t id = 0;
  double width = 0, height = 0;  ///< 0: the file does not say
  std::vector<TrueBox> boxes;    ///< in the order of the file
};

/// What the images of the samples show.
struct BoxTruth {
  std::vector<std::string> classes;              ///< names, in the order of their ids
  std::map<std::int64_t, std::int32_t> numbers;  ///< the model's number of a class -> its place in `classes`
  std::vector<TrueImage> images;                 ///< one a sample
};

/// Names of the model's classes in the order of their numbers, the first of which is `first`. No names: numbers are ids of categories.
struct ClassNumbers {
  std::vector<std::string> names;
  std::int64_t first = 0;
};

/// Reads annotations in COCO's form. An annotation without an area has that of its box.
/// @param samples  id or file name of the image of each sample; empty: the images of the file, in its order
/// @throws Error(input) naming file and entry where ids are missing, repeated or of nothing, a box is none, or a name of `samples` or `numbers`
/// is not in the file.
BoxTruth read_box_truth(const std::filesystem::path& file, const std::vector<std::string>& samples, const ClassNumbers& numbers);

}  // namespace iai
