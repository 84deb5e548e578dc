#include <string_view>

#include "formats/images/statistics.hpp"

namespace iai {
namespace {

constexpr std::uint16_t orientation_tag = 0x0112, gps_tag = 0x8825, latitude_tag = 2, longitude_tag = 4;

/// The TIFF structure of EXIF data, every place held against the end. @source CIPA DC-008, 4.5 and 4.6
class Exif {
 public:
  Exif(const unsigned char* bytes, std::size_t size) : bytes_(bytes), size_(size), big_(size > 0 && bytes[0] == 'M') {}
  std::uint32_t number(std::size_t place, int count) const {
    if (place > size_ || size_ - place < static_cast<std::size_t>(count)) return 0;
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | bytes_[place + static_cast<std::size_t>(big_ ? i : count - 1 - i)];
    return value;
  }
  /// Place of the tag's value field in the directory at `place`; 0 when it is not there.
  std::size_t find(std::size_t place, std::uint16_t tag) const {
    const auto entries = place < 8 ? 0 : number(place, 2);
    for (std::size_t i = 0; i < entries; ++i) {
      const auto entry = place + 2 + 12 * i;
      if (entry + 12 > size_) return 0;
      if (number(entry, 2) == tag) return entry + 8;
    }
    return 0;
  }

 private:
  const unsigned char* bytes_;
  std::size_t size_;
  bool big_;
};

}  // namespace

void read_exif(const unsigned char* bytes, std::size_t size, ImagePage& page, Image& image) {
  const Exif exif(bytes, size);
  if (size < 14 || exif.number(2, 2) != 42) return;
  const auto first = exif.number(4, 4);
  if (const auto value = exif.find(first, orientation_tag)) {
    const auto orientation = exif.number(value, 2);
    if (orientation >= 1 && orientation <= 8) page.orientation = orientation;
  }
  if (const auto value = exif.find(first, gps_tag)) {
    const auto gps = exif.number(value, 4);
    if (exif.find(gps, latitude_tag) != 0 || exif.find(gps, longitude_tag) != 0) image.position = Presence::present;
  }
}

void read_xmp(const unsigned char* xmp, std::size_t size, Image& image) {
  const std::string_view text(reinterpret_cast<const char*>(xmp), size);
  if (text.find("GPSLatitude") != std::string_view::npos || text.find("GPSLongitude") != std::string_view::npos) image.position = Presence::present;
}

}  // namespace iai
