#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace iai {

/// A part of an image, in shares of its width and height.
struct ImageWindow {
  double x = 0, y = 0, width = 1, height = 1;
};

/// A small square picture, row by row.
using Picture = std::vector<double>;

/// Cells along an edge of the thumbnails that images are compared by.
constexpr std::size_t thumbnail_side = 128;

/// The part of a thumbnail that the window shows, as `cells` x `cells` means.
Picture resample(std::span<const float> thumbnail, const ImageWindow& window, std::size_t cells);

/// Less the mean of the 25 cells around.  @param n  cells along an edge
Picture finer(const Picture& picture, std::size_t n);

double dot(const Picture& a, const Picture& b);

/// Of two pictures about their means; 0 where one is flat.
double correlation(const Picture& a, const Picture& b);

/// Takes the directions of an orthonormal basis off.
void take_off(Picture& picture, const std::vector<Picture>& basis);

/// Adds a direction to an orthonormal basis, if it is a new one.
void add_direction(std::vector<Picture>& basis, Picture direction);

/// Signs of the 63 lowest cosine terms but the mean, of 16 x 16 cells.
/// @source C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), section 3.2.1
std::uint64_t cosine_signs(const Picture& picture);

/// Moves one edge of the window, or two that are opposite, one way.
/// @param move  0 to 11   @returns false when it leaves the image, or less than 0.6 of its width or height is left.
bool move_edges(ImageWindow& window, int move, double way);

/// Moves the window by `step` while that makes `value_of(window)` larger.  @returns the largest value
template <class Value>
double climb(ImageWindow& window, double step, Value value_of) {
  double best = value_of(window);
  for (bool better = true; better;) {
    better = false;
    for (int move = 0; move < 12; ++move) {
      ImageWindow moved = window;
      if (!move_edges(moved, move, step)) continue;
      const double value = value_of(moved);
      if (!(value > best + 1e-5)) continue;
      best = value;
      window = moved;
      better = true;
    }
  }
  return best;
}

}  // namespace iai
