// Images are figures within their codes, or an error; so are their EXIF data and labels.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "formats/error.hpp"
#include "formats/image_file.hpp"
#include "tests/fuzz/memory_file.hpp"

extern "C" void iai_read_image(iai::ImageKind kind, const std::filesystem::path& path, const std::string& name, const iai::ImageLimits& limits,
                               iai::Image& image);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto kind = iai::image_kind({reinterpret_cast<const char*>(data), size});
  if (kind == iai::ImageKind::none) return 0;
  const auto& path = memory_file(data, size);
  try {
    iai::Image image;
    iai::ImageLimits limits;
    limits.pixels = 1'000'000;
    limits.pages = 20;
    iai_read_image(kind, path, "fuzz", limits, image);
    if (image.pages.empty()) std::abort();
    for (const auto& page : image.pages)
      if (page.width * page.height > limits.pixels || page.minimum > page.maximum) std::abort();
  } catch (const iai::Error&) {
  }
  return 0;
}
