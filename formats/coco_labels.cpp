#include "formats/coco_labels.hpp"

#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "formats/coco_entries.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::size_t most_entries = 4'000'000;

class LabelCollector : public CocoVisitor {
 public:
  LabelCollector(std::string name, BoxLabels& labels) : name_(std::move(name)), labels_(labels) {}

  void image(CocoEntry entry) override {
    if (labels_.images.size() == most_entries) throw Error(ErrorKind::input, name_ + ": over 4 million images", "split the label file");
    if (!images_.emplace(entry.id.value_or(-1), labels_.images.size()).second)
      labels_.fault("duplicate_label_id", entry.row, fmt::format("image {}: another one has the id {} too", entry.row, entry.id.value_or(-1)));
    if (entry.name.empty()) labels_.fault("broken_label", entry.row, fmt::format("image {} has no file_name", entry.row));
    labels_.images.push_back({std::move(entry.name), entry.width, entry.height});
  }

  void annotation(CocoEntry entry) override {
    const std::int64_t row = entry.row;
    if (entry.id && !ids_.insert(*entry.id).second)
      labels_.fault("duplicate_label_id", row, fmt::format("annotation {}: another one has the id {} too", row, *entry.id));
    if (entry.box.empty()) return;  // a mask or a caption
    if (entry.box.size() != 4) return labels_.fault("broken_label", row, fmt::format("annotation {}: its box has {} numbers", row, entry.box.size()));
    if (boxes_.size() == most_entries) throw Error(ErrorKind::input, name_ + ": over 4 million boxes", "split the label file");
    LabelBox box;
    box.row = row;
    box.label = entry.category_id.value_or(-1);
    box.left = entry.box[0];
    box.top = entry.box[1];
    box.right = box.left + entry.box[2];
    box.bottom = box.top + entry.box[3];
    boxes_.push_back({box, entry.image_id.value_or(-1)});
  }

  void category(CocoEntry entry) override {
    const std::int64_t id = entry.id.value_or(-1);
    if (!categories_.insert(id).second) labels_.fault("duplicate_label_id", entry.row, fmt::format("two categories have the id {}", id));
    if (labels_.classes.size() < 10'000) labels_.classes.push_back(std::move(entry.name));
  }

  /// Ties boxes to images once all are there: their order in the file is free.
  void finish() {
    for (auto& [box, image_id] : boxes_) {
      const auto image = images_.find(image_id);
      if (image == images_.end()) {
        labels_.fault("label_without_image", box.row, fmt::format("annotation {}: no image has the id {}", box.row, image_id));
        continue;
      }
      if (!categories_.contains(box.label))
        labels_.fault("class_out_of_range", box.row, fmt::format("annotation {}: no category has the id {}", box.row, box.label));
      box.image = image->second;
      labels_.boxes.push_back(box);
    }
  }

 private:
  struct Pending {
    LabelBox box;
    std::int64_t image_id;
  };
  std::string name_;
  BoxLabels& labels_;
  std::vector<Pending> boxes_;
  std::unordered_map<std::int64_t, std::size_t> images_;
  std::unordered_set<std::int64_t> categories_, ids_;
};

}  // namespace

void read_coco(ByteStream& stream, const std::string& name, BoxLabels& labels) {
  LabelCollector collector(name, labels);
  visit_coco(stream, name, collector);
  collector.finish();
}

}  // namespace iai
