// The module iai_images.so, see formats/module.hpp.
#include "formats/module.hpp"

#include "formats/images/statistics.hpp"

namespace iai {
namespace {

/// What a person should know although the image can be read.
void find_faults(Image& image) {
  for (std::size_t p = 0; p < image.pages.size(); ++p) {
    const auto& page = image.pages[p];
    const std::string where = image.pages.size() > 1 ? "page " + std::to_string(p + 1) + ": " : "";
    if (page.orientation != 1)
      image.faults.push_back(
          {"orientation", where + "orientation " + std::to_string(page.orientation) + ": programs that pass over it see the image turned or mirrored"});
    if (page.color == "CMYK") image.faults.push_back({"cmyk", where + "CMYK, which most programs that train take for RGB or refuse"});
  }
  if (image.position == Presence::present) image.faults.push_back({"gps_position", "the metadata tell where it was taken (personal data; not shown here)"});
}

}  // namespace

IAI_MODULE;
IAI_MODULE_EXPORT void iai_read_image(ImageKind kind, const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image) {
  if (kind == ImageKind::png) read_png(path, name, limits, image);
  if (kind == ImageKind::jpeg) read_jpeg(path, name, limits, image);
  if (kind == ImageKind::tiff) read_tiff(path, name, limits, image);
  find_faults(image);
}

}  // namespace iai
