#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/archive.hpp"

namespace iai {

enum class LabelFormat { none, coco, yolo, pascal_voc };
std::string label_format_name(LabelFormat format);
/// COCO and Pascal VOC by content, YOLO by the folder "labels" that its text files lie in. @param head  the first bytes
LabelFormat label_format(std::string_view head, const std::string& name);

/// One box in pixels, or in shares of the image (YOLO).
struct LabelBox {
  std::size_t image = 0;    ///< place in BoxLabels::images
  std::int64_t row = 0;     ///< line, or number of the annotation, from 1
  std::int64_t label = -1;  ///< YOLO: number of the class
  double left = 0, top = 0, right = 0, bottom = 0;
};

struct LabelledImage {
  std::string name;                    ///< as the labels name it; YOLO: without ending
  std::int64_t width = 0, height = 0;  ///< as the labels state it; 0: not stated
};

/// What is wrong with labels by themselves.
struct LabelFault {
  std::string kind;  ///< broken_label, duplicate_label_id, label_without_image, class_out_of_range, size_of_zero
  std::int64_t row = 0, count = 0;
  std::string text;  ///< of the first
};

/// Boxes around what images show.
struct BoxLabels {
  LabelFormat format = LabelFormat::none;
  std::vector<LabelledImage> images;
  std::vector<LabelBox> boxes;
  std::vector<std::string> classes;  ///< names that occur (Pascal VOC) or are declared (COCO)
  std::vector<LabelFault> faults;
  void fault(const std::string& kind, std::int64_t row, const std::string& text);  ///< counts, keeps the first text
};

/// Memory is bounded: at most 4 million boxes and images in a file. @throws Error(input) when the file is damaged as a whole.
/// @source cocodataset.org (format-data); PASCAL VOC Development Kit; Ultralytics YOLO detection format
BoxLabels read_box_labels(LabelFormat format, ByteStream& stream, const std::string& name);

}  // namespace iai
