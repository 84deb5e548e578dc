// Boxes belong to images that are there.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/box_labels.hpp"
#include "formats/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr iai::LabelFormat formats[] = {iai::LabelFormat::coco, iai::LabelFormat::yolo, iai::LabelFormat::pascal_voc};
  const auto format = formats[data[0] % 3];
  const auto stream = iai::open_bytes(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  try {
    const auto labels = iai::read_box_labels(format, *stream, "labels/fuzz.txt");
    for (const auto& box : labels.boxes)
      if (box.image >= labels.images.size() || box.row < 1) std::abort();
  } catch (const iai::Error&) {
  }
  return 0;
}
