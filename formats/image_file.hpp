#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/peek_stream.hpp"
#include "formats/row_reader.hpp"
#include "formats/tensor_file.hpp"

namespace iai {

enum class ImageKind { none, png, jpeg, tiff };
/// By content. @param head  the first bytes of the file
ImageKind image_kind(std::string_view head);

/// One image; a TIFF may hold several. Figures are over all samples, in the codes as stored.
struct ImagePage {
  std::int64_t width = 0, height = 0;   ///< pixels as stored, before any turning by `orientation`
  std::int64_t channels = 0, bits = 0;  ///< a sample's bits
  std::string color;                    ///< grey, RGB, CMYK, palette (read as RGB), ...; "+alpha"
  std::int64_t orientation = 1;         ///< EXIF, 1 to 8; 1: as it lies
  double minimum = 0, maximum = 0, mean = 0, deviation = 0;
  static constexpr std::size_t thumbnail_side = 128;
  static constexpr std::size_t most_thumbnails = 512;  ///< of the first pages of a file: 32 MiB
  std::vector<float> thumbnail;  ///< luminance in cells of equal size, row by row, the right way up; or empty, as behind most_thumbnails pages
};

enum class Presence { absent, present };

struct Image {
  std::string format;  ///< "PNG", "JPEG", "TIFF"
  std::vector<ImagePage> pages;
  Presence position = Presence::absent;  ///< a place on earth in its metadata, which is never read out
  std::vector<FileFault> faults;
};

enum class Thumbnails { leave, make };

struct ImageLimits {
  std::int64_t pixels = 100'000'000;  ///< of a page; held against the header before anything is decoded
  std::int64_t pages = 10'000;
  Thumbnails thumbnails = Thumbnails::leave;
};

/// Decodes an image row by row for its figures. A file that ends early gives what is there, with a fault "truncated".
/// @throws Error(input) when it is damaged, over a limit or of a kind that is not read; Error(environment) when
/// iai_images.so is missing.
/// @source PNG: ISO/IEC 15948; JPEG: ITU-T T.81; TIFF: Adobe TIFF 6.0; EXIF: CIPA DC-008
Image read_image(ImageKind kind, const std::filesystem::path& path, const std::string& name, const ImageLimits& limits = {});

/// The same for a stream that may lie in an archive.
Image read_image_stream(PeekStream& stream, const std::string& name, const ImageLimits& limits = {});
/// Its pages as tensors of [height, width, channels].
std::vector<TensorEntry> image_tensors(const Image& image);

/// An image as a table of one row a page: page, width, height, channels, bits, color, orientation, position, truncated,
/// mean, deviation, minimum, maximum; its thumbnail, where one was made, is the row's fingerprint. One that cannot be read is a row with a fault.
std::unique_ptr<RowReader> image_rows(Image image);
std::unique_ptr<RowReader> image_rows(const std::string& fault);
/// The rows of the image that `stream` holds. @param look  shown the image, if it can be read; or empty
/// @throws Error(environment) only
std::unique_ptr<RowReader> open_image_rows(PeekStream& stream, const std::string& name, Thumbnails thumbnails = Thumbnails::leave,
                                           const std::function<void(const Image&)>& look = {});

}  // namespace iai
