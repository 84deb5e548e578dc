#include "formats/coco_labels.hpp"

#include <streambuf>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/json.hpp"

namespace iai {
namespace {

constexpr std::size_t most_entries = 4'000'000, most_levels = 256;

/// A byte stream for libraries that read from standard ones.
class StreamBuffer : public std::streambuf {
 public:
  explicit StreamBuffer(ByteStream& stream) : stream_(stream), block_(1 << 18, '\0') {}

 protected:
  int_type underflow() override {
    const auto count = stream_.read(block_.data(), block_.size());
    setg(block_.data(), block_.data(), block_.data() + count);
    return count == 0 ? traits_type::eof() : traits_type::to_int_type(block_[0]);
  }

 private:
  ByteStream& stream_;
  std::string block_;
};

/// One image, annotation or category as its members come.
struct Entry {
  std::int64_t id = -1, image_id = -1, category_id = -1, width = 0, height = 0;
  bool has_id = false;
  std::string name;
  std::vector<double> box;
};

class CocoEvents : public nlohmann::json_sax<Json> {
 public:
  CocoEvents(std::string name, BoxLabels& labels) : name_(std::move(name)), labels_(labels) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value), value); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value), static_cast<std::int64_t>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value, -1); }
  bool string(string_t& value) override {
    if (levels_.size() == 3 && (key_ == "file_name" || key_ == "name")) entry_.name = value;
    return true;
  }
  bool binary(binary_t&) override { return true; }
  bool key(string_t& value) override {
    if (levels_.size() == 1) section_ = value;
    key_ = value;
    return true;
  }
  bool start_object(std::size_t) override { return open('{'); }
  bool start_array(std::size_t) override { return open('['); }
  bool end_array() override {
    levels_.pop_back();
    return true;
  }
  bool end_object() override {
    levels_.pop_back();
    if (levels_ == "{[") take();
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
    throw Error(ErrorKind::input, fmt::format("{}: broken JSON at byte {}", name_, at), "copy or export the labels again");
  }

  /// Ties boxes to images once all are there: their order in the file is free.
  void finish() {
    for (auto& [row, box, image_id, category_id] : boxes_) {
      const auto image = images_.find(image_id);
      if (image == images_.end()) {
        labels_.fault("label_without_image", row, fmt::format("annotation {}: no image has the id {}", row, image_id));
        continue;
      }
      if (!categories_.contains(category_id))
        labels_.fault("class_out_of_range", row, fmt::format("annotation {}: no category has the id {}", row, category_id));
      box.image = image->second;
      labels_.boxes.push_back(box);
    }
  }

 private:
  struct Pending {
    std::int64_t row;
    LabelBox box;
    std::int64_t image_id, category_id;
  };

  bool open(char kind) {
    if (levels_.size() == most_levels) throw Error(ErrorKind::input, name_ + ": JSON over 256 levels deep", "export the labels again");
    if (levels_ == "{[" && kind == '{') entry_ = {};
    levels_ += kind;
    return true;
  }

  bool number(double value, std::int64_t integer) {
    if (levels_ == "{[{[" && key_ == "bbox" && entry_.box.size() < 8) entry_.box.push_back(value);
    if (levels_ != "{[{") return true;
    if (key_ == "id") {
      entry_.id = integer;
      entry_.has_id = true;
    }
    if (key_ == "image_id") entry_.image_id = integer;
    if (key_ == "category_id") entry_.category_id = integer;
    if (key_ == "width") entry_.width = integer;
    if (key_ == "height") entry_.height = integer;
    return true;
  }

  void take() {
    if (section_ == "images") take_image();
    if (section_ == "annotations") take_annotation();
    if (section_ == "categories") {
      if (!categories_.insert(entry_.id).second)
        labels_.fault("duplicate_label_id", static_cast<std::int64_t>(categories_.size()), fmt::format("two categories have the id {}", entry_.id));
      if (labels_.classes.size() < 10'000) labels_.classes.push_back(entry_.name);
    }
  }

  void take_image() {
    if (labels_.images.size() == most_entries) throw Error(ErrorKind::input, name_ + ": over 4 million images", "split the label file");
    const auto row = static_cast<std::int64_t>(labels_.images.size() + 1);
    if (!images_.emplace(entry_.id, labels_.images.size()).second)
      labels_.fault("duplicate_label_id", row, fmt::format("image {}: another one has the id {} too", row, entry_.id));
    if (entry_.name.empty()) labels_.fault("broken_label", row, fmt::format("image {} has no file_name", row));
    labels_.images.push_back({std::move(entry_.name), entry_.width, entry_.height});
  }

  void take_annotation() {
    const auto row = ++annotations_;
    if (entry_.has_id && !ids_.insert(entry_.id).second)
      labels_.fault("duplicate_label_id", row, fmt::format("annotation {}: another one has the id {} too", row, entry_.id));
    if (entry_.box.empty()) return;  // a mask or a caption
    if (entry_.box.size() != 4) return labels_.fault("broken_label", row, fmt::format("annotation {}: its box has {} numbers", row, entry_.box.size()));
    if (boxes_.size() == most_entries) throw Error(ErrorKind::input, name_ + ": over 4 million boxes", "split the label file");
    LabelBox box;
    box.row = row;
    box.label = entry_.category_id;
    box.left = entry_.box[0];
    box.top = entry_.box[1];
    box.right = box.left + entry_.box[2];
    box.bottom = box.top + entry_.box[3];
    boxes_.push_back({row, box, entry_.image_id, entry_.category_id});
  }

  std::string name_;
  BoxLabels& labels_;
  std::string levels_, section_, key_;  // levels_: what is open, '{' or '['
  Entry entry_;
  std::vector<Pending> boxes_;
  std::unordered_map<std::int64_t, std::size_t> images_;
  std::unordered_set<std::int64_t> categories_, ids_;
  std::int64_t annotations_ = 0;
};

}  // namespace

void read_coco(ByteStream& stream, const std::string& name, BoxLabels& labels) {
  StreamBuffer buffer(stream);
  std::istream text(&buffer);
  CocoEvents events(name, labels);
  Json::sax_parse(text, &events);
  events.finish();
}

}  // namespace iai
