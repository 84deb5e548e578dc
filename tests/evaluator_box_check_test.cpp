#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "evaluator/data/box_check.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

BoxLabels labels(LabelFormat format, const std::string& text, const std::string& name) {
  const auto stream = open_bytes(text);
  return read_box_labels(format, *stream, name);
}

std::vector<std::string> kinds(const std::vector<BoxFinding>& findings) {
  std::vector<std::string> names;
  for (const auto& finding : findings)
    names.push_back(finding.kind + " " + finding.file + ":" + std::to_string(finding.row) + " x" + std::to_string(finding.count));
  return names;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("labels are told by their content, YOLO by its folder") {
  CHECK(label_format("{\"images\": [{\"file_name\": \"a\"}]", "x.json") == LabelFormat::coco);
  CHECK(label_format("\xEF\xBB\xBF<annotation>", "x.xml") == LabelFormat::pascal_voc);
  CHECK(label_format("<?xml version=\"1.0\"?>\n<annotation>", "x.xml") == LabelFormat::pascal_voc);
  CHECK(label_format("0 0.5 0.5 1 1", "a/labels/x.txt") == LabelFormat::yolo);
  CHECK(label_format("0 0.5 0.5 1 1", "a/mylabels/x.txt") == LabelFormat::none);
  CHECK(label_format("{\"a\": 1}", "x.json") == LabelFormat::none);
}

TEST_CASE("of images with one name the one beside the labels counts, whatever the order of reading") {
  BoxCheck check;
  check.add_labels("val/labels/7.txt", labels(LabelFormat::yolo, "0 0.5 0.5 1 1\n", "val/labels/7.txt"));
  check.add_image("train/images/7.jpg", 10, 10, 1);
  check.add_image("val/images/7.jpg", 10, 10, 1);
  CHECK(kinds(check.finish()) == Kinds{"image_without_label train/images/7.jpg:0 x1"});
}

TEST_CASE("a box on the edge is inside, half a pixel of rounding too") {
  BoxCheck check;
  check.add_image("images/a.png", 640, 480, 1);
  check.add_labels(
      "labels/a.txt",
      labels(LabelFormat::yolo, "0 0.5 0.5 1.0004 1.0\n0 0.5 0.5 1.002 1\n1 0.1 0.1 0.1 0.1\n1 0.1 0.1 0.1 0.1\n-1 0.2 0.2 0.1 0.1\n", "labels/a.txt"));
  CHECK(kinds(check.finish()) == Kinds{"box_outside labels/a.txt:2 x1", "class_out_of_range labels/a.txt:5 x1", "duplicate_box labels/a.txt:4 x1"});
}

TEST_CASE("COCO: annotations may stand before images, masks have no box") {
  const std::string text =
      "{\"annotations\": [{\"id\": 1, \"image_id\": 5, \"category_id\": 1, \"bbox\": [1, 1, 99, 2]}, {\"id\": 2, \"image_id\": 5, \"category_id\": 1, "
      "\"segmentation\": [[1, 2, 3]]}],"
      "\"images\": [{\"id\": 5, \"file_name\": \"sub/a.png\", \"width\": 10, \"height\": 10, \"extra\": {\"id\": 9}}], \"categories\": [{\"id\": 1, \"name\": "
      "\"x\"}]}";
  auto read = labels(LabelFormat::coco, text, "c.json");
  CHECK(read.faults.empty());
  CHECK(read.boxes.size() == 1);
  BoxCheck check;
  check.add_image("x/sub/a.png", 10, 10, 1);
  check.add_labels("c.json", std::move(read));
  CHECK(kinds(check.finish()) == Kinds{"box_outside c.json:1 x1"});
  for (std::size_t cut = 0; cut < text.size(); ++cut) CHECK_THROWS_AS(labels(LabelFormat::coco, text.substr(0, cut), "c.json"), Error);
  CHECK_THROWS_WITH_AS(labels(LabelFormat::coco, std::string(100'000, '['), "c.json"), doctest::Contains("levels"), Error);
}

TEST_CASE("Pascal VOC: what is missing is said, deep nesting does no harm") {
  auto read = labels(LabelFormat::pascal_voc, "<annotation><object><name>a</name><bndbox><xmin>1</xmin></bndbox></object></annotation>", "a.xml");
  CHECK(read.boxes.empty());
  CHECK(read.faults.size() == 1);
  std::string deep = "<annotation>";
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  CHECK_THROWS_AS(labels(LabelFormat::pascal_voc, deep, "a.xml"), Error);
  CHECK_THROWS_AS(labels(LabelFormat::pascal_voc, "", "a.xml"), Error);
}

TEST_CASE("lists of classes") {
  CHECK(class_count("labels/classes.txt", "a\nb\n\n") == 2);
  CHECK(class_count("data.yaml", "nc: 3\n") == 3);
  CHECK(class_count("data.yaml", "names: {0: a, 1: b}\n") == 2);
  CHECK_FALSE(class_count("data.yaml", "x: [").has_value());
  CHECK_FALSE(class_count("notes.txt", "a\n").has_value());
}
