#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "formats/error.hpp"
#include "formats/image_file.hpp"

namespace iai {

/// Figures of an image's samples: integers are counted by code, so that the result is exact whatever the order.
class SampleStatistics {
 public:
  void add8(const std::uint8_t* samples, std::size_t count) {
    if (codes_.empty()) codes_.resize(256);
    for (std::size_t i = 0; i < count; ++i) ++codes_[samples[i]];
  }
  void add16(std::uint16_t sample) {
    if (codes_.size() < 65536) codes_.resize(65536);
    ++codes_[sample];
  }
  void add(double sample) {
    if (!std::isfinite(sample)) return;
    if (count_++ == 0) minimum_ = maximum_ = origin_ = sample;
    minimum_ = std::min(minimum_, sample);
    maximum_ = std::max(maximum_, sample);
    sum_ += sample - origin_;
    squares_ += (sample - origin_) * (sample - origin_);
  }

  void finish(ImagePage& page) {
    for (std::size_t code = 0; code < codes_.size(); ++code) {
      if (codes_[code] == 0) continue;
      const auto value = static_cast<double>(code), times = static_cast<double>(codes_[code]);
      if (count_ == 0) minimum_ = origin_ = value;
      maximum_ = value;
      count_ += codes_[code];
      sum_ += times * (value - origin_);
      squares_ += times * (value - origin_) * (value - origin_);
    }
    const auto n = static_cast<double>(count_);
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    page.minimum = count_ > 0 ? minimum_ : none;
    page.maximum = count_ > 0 ? maximum_ : none;
    page.mean = count_ > 0 ? origin_ + sum_ / n : none;
    page.deviation = count_ > 1 ? std::sqrt(std::max(0.0, (squares_ - sum_ * sum_ / n) / (n - 1))) : none;
  }

 private:
  std::vector<std::uint64_t> codes_;
  std::uint64_t count_ = 0;
  double minimum_ = 0, maximum_ = 0, origin_ = 0, sum_ = 0, squares_ = 0;
};

/// The header's promise, before anything is decoded.
inline void check_pixels(const ImagePage& page, const ImageLimits& limits, const std::string& name) {
  if (page.width < 1 || page.height < 1) throw Error(ErrorKind::input, name + ": declares an image of no size", "write it again");
  if (page.width > limits.pixels / page.height)
    throw Error(ErrorKind::input,
                name + ": declares " + std::to_string(page.width) + " x " + std::to_string(page.height) + " pixels, " + std::to_string(limits.pixels) +
                    " are read at most",
                "cut it into tiles");
}

/// Orientation and a GPS position in EXIF data. @param exif  from the TIFF header on
void read_exif(const unsigned char* exif, std::size_t size, ImagePage& page, Image& image);
/// A GPS position in an XMP packet.
void read_xmp(const unsigned char* xmp, std::size_t size, Image& image);

void read_png(const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image);
void read_jpeg(const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image);
void read_tiff(const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image);

}  // namespace iai
