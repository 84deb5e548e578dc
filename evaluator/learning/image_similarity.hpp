#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluator/learning/image_window.hpp"

namespace iai {

/// Tells near copies among images that may look much alike: parts of one kind before one camera. What the images of a set have in
/// common - their mean and the ways in which many of them vary - is taken off before two are compared: what is left is what one
/// image has of its own, down to the texture and the noise of its exposure. Copies that were compressed, scaled, brightened or cut
/// keep it.
///
/// Images are thumbnails of 128 x 128 cells, row by row, each with the mean 0 and the deviation 1.
/// @source M. Turk, A. Pentland, "Eigenfaces for Recognition", J. Cognitive Neuroscience 3 (1991), of which the first components
/// are left out
class ImageSimilarity {
 public:
  static constexpr std::size_t side = thumbnail_side, cells = side * side;
  /// What an image may have been cut to: up to a fifth of its width, of its height, or of both is gone. The first: nothing.
  static constexpr std::size_t windows = 49;
  static ImageWindow window(std::size_t number);

  /// @param sample  some of the images that are to be compared, evenly chosen   @param images  how many there are in all
  ImageSimilarity(std::span<const std::vector<float>> sample, std::size_t images);

  struct Hashes {
    /// For each window: of the image, were it the part of another that the window shows; and of that part of it.
    std::array<std::uint64_t, windows> whole, part;
    /// Where the image lies in what all show, if they show one thing, and its hash there.
    bool is_framed = false;
    ImageWindow frame;
    std::uint64_t framed = 0;
  };
  Hashes hashes(std::span<const float> image) const;

  /// Correlation of what `image` and a part of `other` have of their own, finer than a tenth of its width. 0 where there is nothing
  /// of their own, or no part is like the image.
  /// @param part  about which part the image may show; moved to where the two are most alike
  double similarity(std::span<const float> image, std::span<const float> other, ImageWindow& part) const;

 private:
  static constexpr std::size_t hash_side = 16, fine_side = 48;
  std::vector<Picture> basis(const ImageWindow& part, std::size_t cells) const;
  void add_component(const std::vector<Picture>& images, std::vector<Picture>& gram);
  void find_frame(const Picture& image, Hashes& hashes) const;
  double own_correlation(const Picture& fine, std::span<const float> other, const ImageWindow& part, const std::vector<Picture>& basis) const;
  std::vector<std::vector<float>> common_;                // mean and components, as images
  std::array<std::vector<Picture>, windows> hash_bases_;  // of what is common in each window, orthonormal
  std::array<Picture, windows> mean_parts_;               // of the mean, where there is one
};

}  // namespace iai
