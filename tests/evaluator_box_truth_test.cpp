#include <fstream>

#include <doctest/doctest.h>

#include "evaluator/task/box_truth.hpp"
#include "formats/error.hpp"
#include "tests/error_of.hpp"
#include "tests/model_building.hpp"

using namespace iai;

namespace {

const std::string good =
    R"({"annotations": [{"id": 1, "image_id": 5, "category_id": 9, "bbox": [1, 2, 3, 4], "area": 7.5, "iscrowd": 1, "segmentation": {"size": [8, 9], "counts": [1]}},
  {"id": 2, "image_id": 5, "category_id": 4, "bbox": [0, 0, 0.5, 2]}],
 "images": [{"id": 6, "file_name": "b.png"}, {"id": 5, "file_name": "a.png", "width": 40, "height": 30}],
 "categories": [{"id": 9, "name": "dent"}, {"id": 4, "name": "scratch"}]})";

BoxTruth truth_in(const std::string& text, const std::vector<std::string>& samples = {}, const ClassNumbers& numbers = {}) {
  const building::Folder folder;
  std::ofstream(folder / "truth.json") << text;
  return read_box_truth(folder / "truth.json", samples, numbers);
}

/// Of the message what stands behind the file's name.
std::string refusal(const std::string& text, const std::vector<std::string>& samples = {}, const ClassNumbers& numbers = {}) {
  const std::string message = error_of([&] { truth_in(text, samples, numbers); }), name = "truth.json: ";
  const auto at = message.find(name);
  return at == std::string::npos ? message : message.substr(at + name.size());
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("truth of boxes: lists in any order, classes by rising id, an area that is missing is that of the box") {
  const BoxTruth truth = truth_in(good);
  CHECK(truth.classes == std::vector<std::string>{"scratch", "dent"});
  CHECK(truth.numbers == std::map<std::int64_t, std::int32_t>{{4, 0}, {9, 1}});
  REQUIRE(truth.images.size() == 2);
  CHECK(truth.images[0].boxes.empty());
  CHECK(truth.images[1].id == 5);
  CHECK(truth.images[1].width == 40);
  REQUIRE(truth.images[1].boxes.size() == 2);
  const TrueBox& first = truth.images[1].boxes[0];
  CHECK(first.label == 1);
  CHECK(first.crowd);
  CHECK(first.area == 7.5);
  CHECK(first.box == Box{1, 2, 3, 4});
  CHECK(truth.images[1].boxes[1].area == 1);
  CHECK(!truth.images[1].boxes[1].crowd);
}

TEST_CASE("truth of boxes: the images of the samples by name or id, the model's classes by name") {
  const BoxTruth truth = truth_in(good, {"a.png", "6"}, {{"dent", "scratch"}, 1});
  CHECK(truth.images[0].id == 5);
  CHECK(truth.images[1].id == 6);
  CHECK(truth.numbers == std::map<std::int64_t, std::int32_t>{{1, 1}, {2, 0}});
  CHECK(truth_in(good, {"a.png"}).images.size() == 1);
  CHECK(refusal(good, {"a.png", "5"}) == "samples 0 and 1 are both its image '5'");
  CHECK(refusal(good, {"c.png"}) == "no image has the id or file_name 'c.png', as sample 0 has in 'image_ids'");
  CHECK(refusal(good, {}, {{"dent", "scrach"}, 0}) == "no category is called 'scrach', as a class of the task is");
  CHECK(refusal(good, {}, {{"dent", "dent"}, 0}) == "the task names the class 'dent' twice");
}

TEST_CASE("truth of boxes: what is wrong in a file is named with its entry") {
  CHECK(refusal(with(good, "\"id\": 6", "\"id\": 5")) == "image 2: another one has the id 5 too");
  CHECK(refusal(with(good, "\"id\": 6", "\"id\": 6.5")) == "image 1: it has no id that is a whole number");
  CHECK(refusal(with(good, "\"id\": 2", "\"id\": 1")) == "annotation 2: another one has the id 1 too");
  CHECK(refusal(with(good, "\"image_id\": 5", "\"image_id\": 50")) == "annotation 1: no image has the id 50");
  CHECK(refusal(with(good, "\"image_id\": 5,", "")) == "annotation 1: it has no image_id that is a whole number");
  CHECK(refusal(with(good, "\"category_id\": 9", "\"category_id\": 3")) == "annotation 1: no category has the id 3");
  CHECK(refusal(with(good, "\"category_id\": 9,", "")) == "annotation 1: it has no category_id that is a whole number");
  CHECK(refusal(with(good, "[1, 2, 3, 4]", "[1, 2, 3]")) == "annotation 1: its bbox has 3 numbers, not 4");
  CHECK(refusal(with(good, "[1, 2, 3, 4]", "[1, 2, -3, 4]")) == "annotation 1: its bbox is -3 wide and 4 high; bbox is left, top, width, height");
  CHECK(refusal(with(good, "7.5", "-1")) == "annotation 1: its area is -1");
  CHECK(refusal(with(good, "{\"id\": 4", "{\"id\": 9")) == "category 2: another one has the id 9 too");
  CHECK(refusal(R"({"images": [{"id": 1}], "annotations": []})") == "it has no categories");
  CHECK(refusal("[]") == "it has no images");
  CHECK(refusal(with(good, "[1, 2, 3, 4]", "[1, 2, NaN, 4]")).starts_with("broken JSON at byte "));
}

TEST_CASE("truth of boxes: a file that is cut off anywhere is an error") {
  for (std::size_t cut = 0; cut < good.size(); cut += 7) CHECK(refusal(good.substr(0, cut)).starts_with("broken JSON at byte "));
}
