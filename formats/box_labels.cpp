#include "formats/box_labels.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "formats/coco_labels.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

constexpr std::size_t most_bytes = 16 << 20;  // of a file that belongs to one image

std::string read_all(ByteStream& stream, const std::string& name) {
  std::string text(1 << 16, '\0');
  std::size_t done = 0;
  while (const auto count = stream.read(text.data() + done, text.size() - done)) {
    done += count;
    if (done > most_bytes) throw Error(ErrorKind::input, name + ": labels of one image of over 16 MiB", "is this a label file?");
    if (done == text.size()) text.resize(2 * done);
  }
  text.resize(done);
  return text;
}

bool read_number(std::string_view text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

/// class, then center x, center y, width, height (and perhaps a confidence); or class and the corners of a polygon.
bool read_yolo_line(std::string_view line, LabelBox& box) {
  std::vector<double> numbers;
  for (std::size_t at = line.find_first_not_of(" \t\r"); at != std::string_view::npos; at = line.find_first_not_of(" \t\r", at)) {
    const auto end = std::min(line.find_first_of(" \t\r", at), line.size());
    numbers.emplace_back();
    if (!read_number(line.substr(at, end - at), numbers.back())) return false;
    at = end;
  }
  if (numbers.size() < 5 || numbers[0] != std::floor(numbers[0]) || std::abs(numbers[0]) > 1e9) return false;
  box.label = static_cast<std::int64_t>(numbers[0]);
  if (numbers.size() <= 6) {
    box.left = numbers[1] - numbers[3] / 2;
    box.right = numbers[1] + numbers[3] / 2;
    box.top = numbers[2] - numbers[4] / 2;
    box.bottom = numbers[2] + numbers[4] / 2;
    return true;
  }
  if (numbers.size() % 2 == 0) return false;
  box.left = box.right = numbers[1];
  box.top = box.bottom = numbers[2];
  for (std::size_t i = 1; i < numbers.size(); i += 2) {
    box.left = std::min(box.left, numbers[i]);
    box.right = std::max(box.right, numbers[i]);
    box.top = std::min(box.top, numbers[i + 1]);
    box.bottom = std::max(box.bottom, numbers[i + 1]);
  }
  return true;
}

void read_yolo(const std::string& text, const std::string& name, BoxLabels& labels) {
  auto image = std::filesystem::path(name).replace_extension().generic_string();
  labels.images.push_back({image, 0, 0});
  std::int64_t row = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    ++row;
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    LabelBox box;
    box.row = row;
    if (read_yolo_line(line, box)) labels.boxes.push_back(box);
    else labels.fault("broken_label", row, "no class with a box or a polygon");
  }
}

}  // namespace

std::string label_format_name(LabelFormat format) {
  switch (format) {
    case LabelFormat::coco: return "COCO";
    case LabelFormat::yolo: return "YOLO";
    case LabelFormat::pascal_voc: return "Pascal VOC";
    case LabelFormat::none: break;
  }
  return "none";
}

LabelFormat label_format(std::string_view head, const std::string& name) {
  const auto has = [&](std::string_view text) { return head.find(text) != std::string_view::npos; };
  const auto first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const auto begin = first == std::string_view::npos ? std::string_view() : head.substr(first);
  if (begin.starts_with("{") && ((has("\"images\"") && has("\"file_name\"")) || (has("\"annotations\"") && has("\"bbox\"")))) return LabelFormat::coco;
  if (begin.starts_with("<annotation") || (begin.starts_with("<?xml") && has("<annotation"))) return LabelFormat::pascal_voc;
  if (name.ends_with(".txt") && (name.starts_with("labels/") || name.find("/labels/") != std::string::npos)) return LabelFormat::yolo;
  return LabelFormat::none;
}

void BoxLabels::fault(const std::string& kind, std::int64_t row, const std::string& text) {
  for (auto& known : faults)
    if (known.kind == kind) {
      ++known.count;
      return;
    }
  faults.push_back({kind, row, 1, text});
}

BoxLabels read_box_labels(LabelFormat format, ByteStream& stream, const std::string& name) {
  BoxLabels labels;
  labels.format = format;
  if (format == LabelFormat::coco) read_coco(stream, name, labels);
  if (format == LabelFormat::yolo) read_yolo(read_all(stream, name), name, labels);
  if (format == LabelFormat::pascal_voc)
    module_function<void(const std::string&, const std::string&, BoxLabels&)>("images", "iai_read_pascal_voc")(read_all(stream, name), name, labels);
  return labels;
}

}  // namespace iai
