#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/archive.hpp"

namespace iai {

/// One image, annotation or category of a COCO file, as far as boxes need it. What it lacks stays empty.
struct CocoEntry {
  std::int64_t row = 0;  ///< its number in its list, from 1
  std::optional<std::int64_t> id, image_id, category_id;
  std::int64_t width = 0, height = 0;
  std::string name;         ///< file_name of an image, name of a category
  std::vector<double> box;  ///< bbox: left, top, width, height; up to 8 numbers as they stand
  std::optional<double> area;
  bool crowd = false;
};

/// Takes the entries in the order of the file, whose lists may come in any order.
class CocoVisitor {
 public:
  virtual ~CocoVisitor() = default;
  virtual void image(CocoEntry entry) = 0;
  virtual void annotation(CocoEntry entry) = 0;
  virtual void category(CocoEntry entry) = 0;
};

/// Reads a COCO file as a stream of JSON events; memory is that of one entry.
/// @throws Error(input) naming the byte when it is no JSON, or over 256 levels deep.
/// @source cocodataset.org (format-data)
void visit_coco(ByteStream& stream, const std::string& name, CocoVisitor& visitor);

}  // namespace iai
