#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace iai {

/// A part of an image, in shares of its width and height.
struct ImageWindow {
  double x = 0, y = 0, width = 1, height = 1;
};

/// Tells near copies among images that may look much alike: parts of one kind before one camera. What the images of a set have in
/// common - their mean and the ways in which many of them vary - is taken off before two are compared: what is left is what one
/// image has of its own, down to the texture and the noise of its exposure. Copies that were compressed, scaled, brightened or cut
/// keep it.
///
/// Images are thumbnails of 128 x 128 cells, row by row, each with the mean 0 and the deviation 1.
/// @source M. Turk, A. Pentland, "Eigenfaces for Recognition", J. Cognitive Neuroscience 3 (1991), of which the first components
/// are left out; signs of cosine terms as hash: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010)
class ImageSimilarity {
 public:
  static constexpr std::size_t side = 128, cells = side * side;
  /// What an image may have been cut to: up to a fifth of its width, of its height, or of both is gone. The first: nothing.
  static constexpr std::size_t windows = 49;
  static ImageWindow window(std::size_t number);

  /// @param sample  some of the images that are to be compared, evenly chosen   @param images  how many there are in all
  ImageSimilarity(std::span<const std::vector<float>> sample, std::size_t images);

  /// 63 bits for each window: of the image, were it the part of another that the window shows; and of that part of it.
  struct Hashes {
    std::array<std::uint64_t, windows> whole, part;
  };
  Hashes hashes(std::span<const float> image) const;

  /// Correlation of what `image` and the part of `other` have of their own, finer than a tenth of its width; the window is moved to where
  /// it is largest. 0 where there is nothing of their own.
  /// @param number  window to begin from   @param part  where it was moved to
  double similarity(std::span<const float> image, std::span<const float> other, std::size_t number, ImageWindow& part) const;

 private:
  static constexpr std::size_t hash_side = 16, fine_side = 48;
  std::vector<std::vector<double>> fine_basis(const ImageWindow& part) const;
  void add_component(const std::vector<std::vector<double>>& images, std::vector<std::vector<double>>& gram);
  std::vector<std::vector<float>> common_;                                         // mean and components, as images
  std::array<std::vector<std::vector<double>>, windows> hash_bases_, fine_bases_;  // of what is common in each window, orthonormal
};

}  // namespace iai
