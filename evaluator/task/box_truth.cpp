#include "evaluator/task/box_truth.hpp"

#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "formats/coco_entries.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

/// The entries of a file, each checked by itself.
class TruthCollector : public CocoVisitor {
 public:
  explicit TruthCollector(std::string file) : file_(std::move(file)) {}

  void image(CocoEntry entry) override {
    const std::int64_t id = id_of(entry, "image");
    if (!places_.emplace(id, images_.size()).second) fail("image", entry.row, fmt::format("another one has the id {} too", id));
    images_.push_back({id, static_cast<double>(entry.width), static_cast<double>(entry.height), {}});
    names_.push_back(std::move(entry.name));
  }

  void annotation(CocoEntry entry) override {
    if (entry.id && !ids_.insert(*entry.id).second) fail("annotation", entry.row, fmt::format("another one has the id {} too", *entry.id));
    if (!entry.image_id) fail("annotation", entry.row, "it has no image_id that is a whole number");
    if (!entry.category_id) fail("annotation", entry.row, "it has no category_id that is a whole number");
    if (entry.box.size() != 4) fail("annotation", entry.row, fmt::format("its bbox has {} numbers, not 4", entry.box.size()));
    Box box;
    std::copy(entry.box.begin(), entry.box.end(), box.begin());
    if (box[2] < 0 || box[3] < 0)
      fail("annotation", entry.row, fmt::format("its bbox is {} wide and {} high; bbox is left, top, width, height", box[2], box[3]));
    const double area = entry.area.value_or(box[2] * box[3]);
    if (area < 0) fail("annotation", entry.row, fmt::format("its area is {}", area));
    boxes_.push_back({entry.row, *entry.image_id, *entry.category_id, {0, entry.crowd, area, box}});
  }

  void category(CocoEntry entry) override {
    const std::int64_t id = id_of(entry, "category");
    if (!categories_.emplace(id, entry.name).second) fail("category", entry.row, fmt::format("another one has the id {} too", id));
  }

  /// Ties boxes to images and classes: their order in the file is free.
  BoxTruth take(const std::vector<std::string>& samples, const ClassNumbers& numbers) {
    if (images_.empty()) throw Error(ErrorKind::input, file_ + ": it has no images", "the labels of kind: detection are annotations in COCO's form");
    if (categories_.empty()) throw Error(ErrorKind::input, file_ + ": it has no categories", "list every class with id and name under 'categories'");
    BoxTruth truth;
    std::map<std::int64_t, std::int32_t> labels;
    for (const auto& [id, name] : categories_) {
      labels[id] = static_cast<std::int32_t>(truth.classes.size());
      truth.classes.push_back(name.empty() ? std::to_string(id) : name);
    }
    for (Pending& pending : boxes_) {
      const auto image = places_.find(pending.image_id);
      if (image == places_.end()) fail("annotation", pending.row, fmt::format("no image has the id {}", pending.image_id));
      const auto label = labels.find(pending.category_id);
      if (label == labels.end()) fail("annotation", pending.row, fmt::format("no category has the id {}", pending.category_id));
      pending.box.label = label->second;
      images_[image->second].boxes.push_back(pending.box);
    }
    truth.numbers = numbers.names.empty() ? labels : numbered(truth.classes, numbers);
    truth.images = samples.empty() ? std::move(images_) : chosen(samples);
    return truth;
  }

 private:
  struct Pending {
    std::int64_t row, image_id, category_id;
    TrueBox box;
  };

  [[noreturn]] void fail(const char* what, std::int64_t row, const std::string& why) const {
    throw Error(ErrorKind::input, fmt::format("{}: {} {}: {}", file_, what, row, why), "correct the annotations, or export them again");
  }

  std::int64_t id_of(const CocoEntry& entry, const char* what) const {
    if (!entry.id) fail(what, entry.row, "it has no id that is a whole number");
    return *entry.id;
  }

  std::map<std::int64_t, std::int32_t> numbered(const std::vector<std::string>& classes, const ClassNumbers& numbers) const {
    std::map<std::int64_t, std::int32_t> result;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < numbers.names.size(); ++i) {
      const std::string& name = numbers.names[i];
      const auto at = std::find(classes.begin(), classes.end(), name);
      if (at == classes.end()) {
        throw Error(ErrorKind::input, fmt::format("{}: no category is called '{}', as a class of the task is", file_, name),
                    did_you_mean(name, classes, fmt::format("its categories are {}", fmt::join(classes, ", "))));
      }
      if (!seen.insert(name).second) throw Error(ErrorKind::input, fmt::format("{}: the task names the class '{}' twice", file_, name), "correct 'classes'");
      result[numbers.first + static_cast<std::int64_t>(i)] = static_cast<std::int32_t>(at - classes.begin());
    }
    return result;
  }

  /// The image of each sample, by file name or id.
  std::vector<TrueImage> chosen(const std::vector<std::string>& samples) const {
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < images_.size(); ++i) places.emplace(std::to_string(images_[i].id), i);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!names_[i].empty()) places[names_[i]] = i;
    }
    std::vector<TrueImage> result;
    std::map<std::size_t, std::size_t> taken;
    for (std::size_t sample = 0; sample < samples.size(); ++sample) {
      const auto at = places.find(samples[sample]);
      if (at == places.end())
        throw Error(ErrorKind::input, fmt::format("{}: no image has the id or file_name '{}', as sample {} has in 'image_ids'", file_, samples[sample], sample),
                    "correct 'image_ids', or add the image");
      if (const auto [other, fresh] = taken.emplace(at->second, sample); !fresh)
        throw Error(ErrorKind::input, fmt::format("{}: samples {} and {} are both its image '{}'", file_, other->second, sample, samples[sample]),
                    "every sample is another image");
      result.push_back(images_[at->second]);
    }
    return result;
  }

  std::string file_;
  std::vector<TrueImage> images_;
  std::vector<std::string> names_;  // of the images
  std::vector<Pending> boxes_;
  std::unordered_map<std::int64_t, std::size_t> places_;  // of the images, by id
  std::unordered_set<std::int64_t> ids_;
  std::map<std::int64_t, std::string> categories_;
};

}  // namespace

BoxTruth read_box_truth(const fs::path& file, const std::vector<std::string>& samples, const ClassNumbers& numbers) {
  TruthCollector collector(file.string());
  const auto stream = open_file(file);
  visit_coco(*stream, file.string(), collector);
  return collector.take(samples, numbers);
}

}  // namespace iai
