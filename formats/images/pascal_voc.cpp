#include <pugixml.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "formats/box_labels.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

bool read_number(const pugi::xml_node& node, const char* child, double& number) {
  const auto text = node.child(child).text();
  number = text.as_double(std::numeric_limits<double>::quiet_NaN());
  return !text.empty() && std::isfinite(number);
}

}  // namespace

IAI_MODULE_EXPORT void iai_read_pascal_voc(const std::string& text, const std::string& name, BoxLabels& labels) {
  pugi::xml_document document;
  const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_auto);
  if (!result)
    throw Error(ErrorKind::input, fmt::format("{}: broken XML at byte {}: {}", name, result.offset, result.description()), "copy or export the labels again");
  const auto root = document.child("annotation");
  if (!root) throw Error(ErrorKind::input, name + ": holds no annotation", "export the labels as Pascal VOC");
  LabelledImage image;
  image.name = root.child("filename").text().as_string();
  if (image.name.empty()) labels.fault("broken_label", 0, "has no filename");
  image.width = root.child("size").child("width").text().as_llong();
  image.height = root.child("size").child("height").text().as_llong();
  labels.images.push_back(std::move(image));
  std::int64_t row = 0;
  for (const auto& object : root.children("object")) {
    ++row;
    LabelBox box;
    box.row = row;
    const auto bounds = object.child("bndbox");
    if (!read_number(bounds, "xmin", box.left) || !read_number(bounds, "ymin", box.top) || !read_number(bounds, "xmax", box.right) ||
        !read_number(bounds, "ymax", box.bottom)) {
      labels.fault("broken_label", row, fmt::format("object {} has no whole box", row));
      continue;
    }
    const std::string label = object.child("name").text().as_string();
    if (label.empty()) labels.fault("broken_label", row, fmt::format("object {} has no name", row));
    const auto known = std::find(labels.classes.begin(), labels.classes.end(), label);
    box.label = known - labels.classes.begin();
    if (known == labels.classes.end()) labels.classes.push_back(label);
    labels.boxes.push_back(box);
  }
}

}  // namespace iai
