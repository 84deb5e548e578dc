#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/image_file.hpp"

namespace iai {

/// Adds up the luminance of an image's pixels over a grid of ImagePage::thumbnail_side squared cells of equal size, whatever
/// the order and the shape of the pieces that the pixels come in.
class ThumbnailSum {
 public:
  ThumbnailSum(std::int64_t width, std::int64_t height) : width_(width), height_(height), sums_(side * side), areas_(side * side) {}

  /// Pixels of row `y`, from column `x` on, `step` columns apart. @param samples  `channels` for each pixel
  template <class Sample>
  void add(std::int64_t x, std::int64_t y, std::size_t pixels, const Sample* samples, std::size_t channels, std::int64_t step = 1) {
    const double top = static_cast<double>(y) * side / static_cast<double>(height_), bottom = static_cast<double>(y + 1) * side / static_cast<double>(height_);
    for (std::size_t begin = 0; begin < pixels; begin += piece) {
      luminance_.resize(std::min(piece, pixels - begin));
      for (std::size_t i = 0; i < luminance_.size(); ++i, samples += channels)
        luminance_[i] = channels >= 3
                            ? 0.299 * static_cast<double>(samples[0]) + 0.587 * static_cast<double>(samples[1]) + 0.114 * static_cast<double>(samples[2])
                            : static_cast<double>(samples[0]);
      for (auto v = static_cast<std::size_t>(top); v < side && static_cast<double>(v) < bottom; ++v)
        add_line(x + static_cast<std::int64_t>(begin) * step, step, v, std::min(bottom, static_cast<double>(v + 1)) - std::max(top, static_cast<double>(v)));
    }
  }

  /// Turned and mirrored as `orientation` (EXIF) says; empty when no cell holds anything, cells without a pixel hold the mean.
  std::vector<float> finish(std::int64_t orientation) const {
    double sum = 0, area = 0;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      sum += sums_[i];
      area += areas_[i];
    }
    if (!(area > 0) || !std::isfinite(sum)) return {};
    std::vector<float> cells(side * side);
    for (std::size_t v = 0; v < side; ++v)
      for (std::size_t u = 0; u < side; ++u) {
        const std::size_t from = stored_place(u, v, orientation);
        cells[v * side + u] = static_cast<float>(areas_[from] > 0 ? sums_[from] / areas_[from] : sum / area);
      }
    return cells;
  }

 private:
  static constexpr std::size_t side = ImagePage::thumbnail_side, piece = 4096;  // of a row, which may be as long as the image

  void add_line(std::int64_t x, std::int64_t step, std::size_t v, double weight) {
    const double scale = static_cast<double>(side) / static_cast<double>(width_), whole = weight * scale;
    double *sums = sums_.data() + v * side, *areas = areas_.data() + v * side;
    for (const double luminance : luminance_) {
      const double left = static_cast<double>(x) * scale, right = left + scale;
      x += step;
      auto u = static_cast<std::size_t>(left);
      if (!std::isfinite(luminance) || u >= side) continue;
      if (right <= static_cast<double>(u + 1)) {
        sums[u] += whole * luminance;
        areas[u] += whole;
        continue;
      }
      for (; u < side && static_cast<double>(u) < right; ++u) {
        const double share = weight * (std::min(right, static_cast<double>(u + 1)) - std::max(left, static_cast<double>(u)));
        sums[u] += share * luminance;
        areas[u] += share;
      }
    }
  }

  /// Where the cell that is seen at (u, v) lies in the image as stored. @source CIPA DC-008 (EXIF 2.3), 4.6.4, Orientation
  static std::size_t stored_place(std::size_t u, std::size_t v, std::int64_t orientation) {
    constexpr std::size_t last = side - 1;
    switch (orientation) {
      case 2: return v * side + (last - u);
      case 3: return (last - v) * side + (last - u);
      case 4: return (last - v) * side + u;
      case 5: return u * side + v;
      case 6: return (last - u) * side + v;
      case 7: return (last - u) * side + (last - v);
      case 8: return u * side + (last - v);
      default: return v * side + u;
    }
  }

  std::int64_t width_, height_;
  std::vector<double> sums_, areas_, luminance_;
};

}  // namespace iai
