#include "evaluator/data/box_check.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include "evaluator/data/state_stream.hpp"
#include "formats/error.hpp"
#include "formats/yaml.hpp"

namespace iai {
namespace {

constexpr double tolerance = 0.5;  // pixels: shares are written with six digits, corners are rounded

std::string_view base_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view stem(std::string_view path) {
  const auto name = base_name(path);
  return name.substr(0, name.find_last_of('.'));
}

bool ends_with_path(std::string_view path, std::string_view end) {
  return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin()).first - a.begin());
}

/// ".../labels/train/7" as ".../images/train/7", where YOLO looks for the image.
std::string beside_labels(std::string path) {
  for (std::size_t at = path.rfind("labels/"); at != std::string::npos; at = at == 0 ? std::string::npos : path.rfind("labels/", at - 1))
    if (at == 0 || path[at - 1] == '/') return path.replace(at, 6, "images");
  return path;
}

std::string_view without_ending(std::string_view path) { return path.substr(0, path.size() - (base_name(path).size() - stem(path).size())); }

}  // namespace

void BoxCheck::add_image(const std::string& name, std::int64_t width, std::int64_t height, std::int64_t orientation) {
  by_stem_[std::string(stem(name))].push_back(images_.size());
  images_.push_back({name, width, height, orientation});
}

void BoxCheck::add_labels(const std::string& file, BoxLabels labels) { labels_.emplace_back(file, std::move(labels)); }

void BoxCheck::set_classes(std::int64_t count, std::size_t file) {
  if (classes_ && file < classes_file_) return;
  classes_ = count;
  classes_file_ = file;
}

void BoxCheck::merge(BoxCheck&& other) {
  images_.insert(images_.end(), std::make_move_iterator(other.images_.begin()), std::make_move_iterator(other.images_.end()));
  labels_.insert(labels_.end(), std::make_move_iterator(other.labels_.begin()), std::make_move_iterator(other.labels_.end()));
  if (other.classes_) set_classes(*other.classes_, other.classes_file_);
}

namespace {

constexpr std::size_t most_text = std::size_t{1} << 26, most_items = std::size_t{1} << 32;

/// A list, by `each` item; memory is taken as they come.
template <class Item, class Each>
void transfer_list(std::vector<Item>& list, StateStream& state, Each each) {
  const auto length = state.length(list.size(), most_items);
  if (state.is_reading()) list.clear();
  for (std::size_t i = 0; i < length; ++i) {
    if (state.is_reading()) list.emplace_back();
    each(list[i]);
  }
}

void transfer_box(LabelBox& box, std::size_t images, StateStream& state) {
  std::uint64_t image = box.image;
  state.number(image, images == 0 ? 0 : images - 1);
  if (images == 0) throw Error(ErrorKind::input, "a box in no image");
  box.image = image;
  state.count(box.row);
  state.integer(box.label);
  for (double* side : {&box.left, &box.top, &box.right, &box.bottom}) {
    auto bits = std::bit_cast<std::uint64_t>(*side);
    state.word(bits);
    *side = std::bit_cast<double>(bits);
  }
}

void transfer_labels(BoxLabels& labels, StateStream& state) {
  auto format = static_cast<std::uint64_t>(labels.format);
  state.number(format, static_cast<std::uint64_t>(LabelFormat::pascal_voc));
  labels.format = static_cast<LabelFormat>(format);
  transfer_list(labels.images, state, [&](LabelledImage& image) {
    state.text(image.name, most_text);
    state.integer(image.width);
    state.integer(image.height);
  });
  transfer_list(labels.boxes, state, [&](LabelBox& box) { transfer_box(box, labels.images.size(), state); });
  transfer_list(labels.classes, state, [&](std::string& name) { state.text(name, most_text); });
  transfer_list(labels.faults, state, [&](LabelFault& fault) {
    state.text(fault.kind, most_text);
    state.count(fault.row);
    state.count(fault.count);
    state.text(fault.text, most_text);
  });
}

}  // namespace

void BoxCheck::transfer(StateStream& state) {
  transfer_list(images_, state, [&](ImageFile& image) {
    state.text(image.name, most_text);
    for (auto* figure : {&image.width, &image.height, &image.orientation}) state.count(*figure);
  });
  transfer_list(labels_, state, [&](auto& labels) {
    state.text(labels.first, most_text);
    transfer_labels(labels.second, state);
  });
  bool has_classes = classes_.has_value();
  state.flag(has_classes);
  if (!has_classes) return;
  auto classes = classes_.value_or(0);
  state.integer(classes);
  state.file(classes_file_);
  classes_ = classes;
}

/// The image of that name; of several in different folders the one whose path agrees most.
BoxCheck::ImageFile* BoxCheck::find(const std::string& label_file, const LabelledImage& wanted, LabelFormat format) {
  const bool yolo = format == LabelFormat::yolo;
  const auto known = by_stem_.find(yolo ? base_name(wanted.name) : stem(wanted.name));
  if (known == by_stem_.end()) return nullptr;
  const auto expected = yolo ? beside_labels(wanted.name) : label_file;
  ImageFile* best = nullptr;
  std::size_t best_score = 0;
  for (const auto index : known->second) {
    auto& image = images_[index];
    std::size_t score = common_prefix(image.name, expected) + 1;
    if (yolo && (without_ending(image.name) == expected || without_ending(image.name) == wanted.name)) score += 100'000;
    if (!yolo && base_name(image.name) != base_name(wanted.name)) continue;
    if (!yolo && ends_with_path(image.name, wanted.name)) score += 100'000;
    if (score > best_score) {
      best_score = score;
      best = &image;
    }
  }
  return best;
}

void BoxCheck::add(const std::string& kind, std::int64_t row, std::string text) {
  for (std::size_t i = first_finding_; i < findings_.size(); ++i)
    if (findings_[i].kind == kind) {
      ++findings_[i].count;
      return;
    }
  findings_.push_back({kind, file_, row, 1, std::move(text)});
}

void BoxCheck::check_file(const std::string& file, const BoxLabels& labels) {
  file_ = file;
  first_finding_ = findings_.size();
  for (const auto& fault : labels.faults) findings_.push_back({fault.kind, file, fault.row, fault.count, fault.text});
  std::vector<ImageFile*> files;
  for (const auto& wanted : labels.images) {
    auto* image = find(file, wanted, labels.format);
    files.push_back(image);
    if (image == nullptr) {
      add("label_without_image", 0, "no image is called " + wanted.name);
      continue;
    }
    image->labelled = true;
    if (wanted.width <= 0 || wanted.height <= 0 || (wanted.width == image->width && wanted.height == image->height)) continue;
    const bool turned = wanted.width == image->height && wanted.height == image->width;
    add("size_differs", 0,
        fmt::format("{} has {} x {} pixels, its label says {} x {}{}", image->name, image->width, image->height, wanted.width, wanted.height,
                    turned && image->orientation >= 5 ? " (turned by its EXIF orientation)"
                    : turned                          ? " (turned)"
                                                      : ""));
  }
  for (const auto& box : labels.boxes)
    if (const auto* image = files[box.image]) check_box(box, *image, labels.format);
  check_duplicates(labels);
}

void BoxCheck::check_box(const LabelBox& box, const ImageFile& image, LabelFormat format) {
  const bool shares = format == LabelFormat::yolo;
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  const double across = shares ? width : 1, down = shares ? height : 1;
  const double left = box.left * across, right = box.right * across, top = box.top * down, bottom = box.bottom * down;
  const auto shown = [&] {
    return fmt::format("{:.6g}, {:.6g} to {:.6g}, {:.6g} in {} of {} x {}", left, top, right, bottom, image.name, image.width, image.height);
  };
  if (!(right > left) || !(bottom > top)) add("box_empty", box.row, shown());
  // A picture turned by its orientation is labelled as it is seen.
  const bool turned = image.orientation >= 5 && !shares;
  const double most_x = turned ? std::max(width, height) : width, most_y = turned ? std::max(width, height) : height;
  if (left < -tolerance || top < -tolerance || right > most_x + tolerance || bottom > most_y + tolerance) add("box_outside", box.row, shown());
  if (shares && (box.label < 0 || (classes_ && box.label >= *classes_)))
    add("class_out_of_range", box.row, classes_ ? fmt::format("class {}, there are {}", box.label, *classes_) : fmt::format("class {}", box.label));
}

void BoxCheck::check_duplicates(const BoxLabels& labels) {
  const auto key = [&](std::size_t i) {
    const auto& box = labels.boxes[i];
    return std::tuple(box.image, box.label, box.left, box.top, box.right, box.bottom, box.row);
  };
  const auto same = [&](std::size_t a, std::size_t b) {
    const auto &x = labels.boxes[a], &y = labels.boxes[b];
    return x.image == y.image && x.label == y.label && x.left == y.left && x.top == y.top && x.right == y.right && x.bottom == y.bottom;
  };
  std::vector<std::size_t> order(labels.boxes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (same(order[i - 1], order[i])) add("duplicate_box", labels.boxes[order[i]].row, fmt::format("the same box as {}", labels.boxes[order[i - 1]].row));
}

std::vector<BoxFinding> BoxCheck::finish() {
  std::sort(labels_.begin(), labels_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::sort(images_.begin(), images_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  by_stem_.clear();
  for (std::size_t i = 0; i < images_.size(); ++i) by_stem_[std::string(stem(images_[i].name))].push_back(i);
  for (const auto& [file, labels] : labels_) check_file(file, labels);
  BoxFinding bare{"image_without_label", "", 0, 0, "no label names it"};
  for (const auto& image : images_)
    if (!image.labelled && bare.count++ == 0) bare.file = image.name;
  if (!labels_.empty() && bare.count > 0) findings_.push_back(std::move(bare));
  return std::move(findings_);
}

bool is_class_list(std::string_view name) {
  const auto base = base_name(name);
  return base == "classes.txt" || base == "obj.names" || base == "data.yaml" || base == "dataset.yaml";
}

std::optional<std::int64_t> class_count(const std::string& name, std::string_view text) {
  if (!is_class_list(name)) return std::nullopt;
  if (!name.ends_with(".yaml")) {
    std::int64_t lines = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      lines += text.substr(at, end - at).find_first_not_of(" \t\r") != std::string_view::npos ? 1 : 0;
      at = end + 1;
    }
    return lines > 0 ? std::optional(lines) : std::nullopt;
  }
  try {
    const Yaml root = parse_yaml(text, name);
    if (!root.is_map()) return std::nullopt;
    const auto* names = root.find("names");
    if (names != nullptr && names->is_list()) return static_cast<std::int64_t>(names->items().size());
    if (names != nullptr && names->is_map()) return static_cast<std::int64_t>(names->entries().size());
    if (const auto* count = root.find("nc")) return count->integer();
  } catch (const Error&) {  // another file of that name
  }
  return std::nullopt;
}

}  // namespace iai
