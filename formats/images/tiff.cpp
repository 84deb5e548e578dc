#include <tiffio.h>

#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "formats/images/statistics.hpp"
#include "formats/images/thumbnail.hpp"

namespace iai {
namespace {

constexpr tmsize_t most_allocation = 64 << 20, most_row_bytes = 64 << 20;

/// What is stored for one page, beyond its size.
struct Layout {
  std::uint16_t photometric = 0, planes = PLANARCONFIG_CONTIG, format = SAMPLEFORMAT_UINT, samples = 1, bits = 1;
};

class TiffFile {
 public:
  TiffFile(const std::filesystem::path& path, std::string name) : name_(std::move(name)), path_(path.string()) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(), &TIFFOpenOptionsFree);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), most_allocation);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &TiffFile::note, this);
    TIFFOpenOptionsSetWarningHandlerExtR(
        options.get(), [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, nullptr);
    file_.reset(TIFFOpenExt(path.c_str(), "rm", options.get()));  // m: not in a memory map, a file that shrinks would end us
    if (!file_) fail("is a damaged TIFF image");
  }

  /// The page that the file stands at.
  ImagePage read_header(const ImageLimits& limits, Image& image) {
    ImagePage page;
    std::uint32_t width = 0, height = 0;
    std::uint16_t orientation = 1;
    layout_ = {};
    TIFFGetField(tiff(), TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff(), TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_BITSPERSAMPLE, &layout_.bits);
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_SAMPLESPERPIXEL, &layout_.samples);
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_SAMPLEFORMAT, &layout_.format);
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_PLANARCONFIG, &layout_.planes);
    TIFFGetField(tiff(), TIFFTAG_PHOTOMETRIC, &layout_.photometric);
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_ORIENTATION, &orientation);
    page.width = width;
    page.height = height;
    page.channels = layout_.samples;
    page.bits = layout_.bits;
    page.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    page.color = color();
    check_pixels(page, limits, name_);
    if (page.channels < 1 || page.channels > 64) fail(fmt::format("has {} samples a pixel, 1 to 64 are read", page.channels));
    toff_t gps = 0;
    if (TIFFGetField(tiff(), TIFFTAG_GPSIFD, &gps) == 1) image.position = Presence::present;
    std::uint32_t size = 0;
    const unsigned char* xmp = nullptr;
    if (TIFFGetField(tiff(), TIFFTAG_XMLPACKET, &size, &xmp) == 1 && xmp != nullptr) read_xmp(xmp, size, image);
    return page;
  }

  /// @returns false when the data end early
  bool read_samples(const ImagePage& page, SampleStatistics& statistics, ThumbnailSum* thumbnail) {
    thumbnail_ = thumbnail;
    std::uint16_t compression = COMPRESSION_NONE;
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_COMPRESSION, &compression);
    if (compression == COMPRESSION_JPEG && layout_.photometric == PHOTOMETRIC_YCBCR) {
      TIFFSetField(tiff(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    } else if (layout_.photometric == PHOTOMETRIC_YCBCR) {
      std::uint16_t across = 1, down = 1;
      TIFFGetFieldDefaulted(tiff(), TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
      if (across != 1 || down != 1) fail("is subsampled YCbCr, which is read in JPEG compression only");
    }
    if (!TIFFIsCODECConfigured(compression)) fail(fmt::format("its compression ({}) is not read", compression));
    check_samples();
    return TIFFIsTiled(tiff()) ? read_tiles(page, statistics) : read_rows(page, statistics);
  }

  bool next_page() { return TIFFReadDirectory(tiff()) == 1; }
  const std::string& reason() const { return reason_; }
  void forget_reason() { reason_.clear(); }

 private:
  TIFF* tiff() { return file_.get(); }
  static int note(TIFF*, void* self, const char* module, const char* format, va_list arguments) {
    auto& reason = static_cast<TiffFile*>(self)->reason_;
    if (!reason.empty()) return 1;  // the first says most
    char text[512];
    std::vsnprintf(text, sizeof text, format, arguments);
    // The path of the file may be a temporary one.
    reason = text;
    const auto& path = static_cast<TiffFile*>(self)->path_;
    if (const auto at = reason.find(path + ": "); at != std::string::npos) reason.erase(at, path.size() + 2);
    static_cast<void>(module);
    return 1;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::input, name_ + ": " + what + (reason_.empty() ? "" : ": " + reason_), "copy or write it again");
  }

  std::string color() const {
    switch (layout_.photometric) {
      case PHOTOMETRIC_MINISWHITE:
      case PHOTOMETRIC_MINISBLACK: return layout_.samples == 1 ? "grey" : fmt::format("{} channels", layout_.samples);
      case PHOTOMETRIC_RGB: return layout_.samples == 3 ? "RGB" : layout_.samples == 4 ? "RGB+alpha" : fmt::format("{} channels", layout_.samples);
      case PHOTOMETRIC_PALETTE: return "palette";
      case PHOTOMETRIC_SEPARATED: return "CMYK";
      case PHOTOMETRIC_YCBCR: return "RGB";
      case PHOTOMETRIC_CIELAB: return "Lab";
      default: return "other";
    }
  }

  void check_samples() const {
    const auto bits = layout_.bits;
    const bool whole = layout_.format == SAMPLEFORMAT_UINT || layout_.format == SAMPLEFORMAT_INT || layout_.format == SAMPLEFORMAT_VOID;
    const bool read = (whole && (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 32)) ||
                      (layout_.format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64));
    if (!read) fail(fmt::format("has samples of {} bits in format {}, which are not read", bits, layout_.format));
  }

  bool read_rows(const ImagePage& page, SampleStatistics& statistics) {
    const auto size = TIFFScanlineSize(tiff());
    const auto planes = layout_.planes == PLANARCONFIG_SEPARATE ? layout_.samples : std::uint16_t{1};
    const auto samples = page.width * (planes == 1 ? page.channels : 1);
    if (size < (samples * layout_.bits + 7) / 8 || size > most_row_bytes) fail("declares rows of a size that is not read");
    row_.resize(static_cast<std::size_t>(size));
    for (std::uint16_t plane = 0; plane < planes; ++plane)
      for (std::int64_t y = 0; y < page.height; ++y) {
        if (TIFFReadScanline(tiff(), row_.data(), static_cast<std::uint32_t>(y), plane) != 1) return false;
        add(row_.data(), static_cast<std::size_t>(samples), statistics);
        if (plane == seen_plane(planes))
          add_seen(0, y, row_.data(), static_cast<std::size_t>(page.width), static_cast<std::size_t>(planes == 1 ? page.channels : 1));
      }
    return true;
  }

  bool read_tiles(const ImagePage& page, SampleStatistics& statistics) {
    std::uint32_t width = 0, height = 0;
    TIFFGetField(tiff(), TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff(), TIFFTAG_TILELENGTH, &height);
    const auto size = TIFFTileSize(tiff()), row = TIFFTileRowSize(tiff());
    const auto planes = layout_.planes == PLANARCONFIG_SEPARATE ? layout_.samples : std::uint16_t{1};
    const auto depth = planes == 1 ? page.channels : 1;
    if (width == 0 || height == 0 || size > most_row_bytes || row < (static_cast<std::int64_t>(width) * depth * layout_.bits + 7) / 8 ||
        size < row * static_cast<tmsize_t>(height))
      fail("declares tiles of a size that is not read");
    row_.resize(static_cast<std::size_t>(size));
    for (std::uint16_t plane = 0; plane < planes; ++plane)
      for (std::int64_t y = 0; y < page.height; y += height)
        for (std::int64_t x = 0; x < page.width; x += width) {
          if (TIFFReadTile(tiff(), row_.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, plane) < 0) return false;
          const auto columns = std::min<std::int64_t>(width, page.width - x), lines = std::min<std::int64_t>(height, page.height - y);
          for (std::int64_t line = 0; line < lines; ++line) {
            add(row_.data() + line * row, static_cast<std::size_t>(columns * depth), statistics);
            if (plane == seen_plane(planes))
              add_seen(x, y + line, row_.data() + line * row, static_cast<std::size_t>(columns), static_cast<std::size_t>(depth));
          }
        }
    return true;
  }

  /// Of planes that lie apart, the one that says most: green.
  std::uint16_t seen_plane(std::uint16_t planes) const { return planes >= 3 && layout_.photometric == PHOTOMETRIC_RGB ? 1 : 0; }

  /// Pixels for the thumbnail.
  void add_seen(std::int64_t x, std::int64_t y, const unsigned char* bytes, std::size_t pixels, std::size_t channels) {
    if (thumbnail_ == nullptr) return;
    const bool inks = layout_.photometric == PHOTOMETRIC_MINISWHITE || layout_.photometric == PHOTOMETRIC_SEPARATED;
    const std::size_t kept = layout_.photometric == PHOTOMETRIC_CIELAB ? 1 : channels;  // L* says it all
    constexpr std::size_t piece = 4096;
    for (std::size_t begin = 0; begin < pixels; begin += piece) {
      seen_.resize(std::min(piece, pixels - begin) * kept);
      for (std::size_t i = 0; i < seen_.size(); ++i) seen_[i] = (inks ? -1 : 1) * sample(bytes, (begin + i / kept) * channels + i % kept);
      thumbnail_->add(x + static_cast<std::int64_t>(begin), y, seen_.size() / kept, seen_.data(), kept);
    }
  }

  template <class T>
  static double sample_of(const unsigned char* bytes, std::size_t i) {
    T sample;
    std::memcpy(&sample, bytes + i * sizeof sample, sizeof sample);
    return static_cast<double>(sample);
  }
  double sample(const unsigned char* bytes, std::size_t i) const {
    const bool is_signed = layout_.format == SAMPLEFORMAT_INT;
    if (layout_.format == SAMPLEFORMAT_IEEEFP) return layout_.bits == 32 ? sample_of<float>(bytes, i) : sample_of<double>(bytes, i);
    if (layout_.bits == 32) return is_signed ? sample_of<std::int32_t>(bytes, i) : sample_of<std::uint32_t>(bytes, i);
    if (layout_.bits == 16) return is_signed ? sample_of<std::int16_t>(bytes, i) : sample_of<std::uint16_t>(bytes, i);
    if (layout_.bits == 8) return is_signed ? sample_of<std::int8_t>(bytes, i) : bytes[i];
    const auto bit = i * layout_.bits;  // packed, the first sample in the highest bits
    return bytes[bit / 8] >> (8 - layout_.bits - bit % 8) & ((1 << layout_.bits) - 1);
  }

  static void add_code(std::uint8_t code, SampleStatistics& statistics) { statistics.add8(&code, 1); }
  void add(const unsigned char* bytes, std::size_t count, SampleStatistics& statistics) const {
    const bool codes = layout_.bits <= 16 && layout_.format != SAMPLEFORMAT_INT && layout_.format != SAMPLEFORMAT_IEEEFP;
    if (codes && layout_.bits == 8) return statistics.add8(bytes, count);
    for (std::size_t i = 0; i < count; ++i) {
      const double value = sample(bytes, i);
      if (!codes) statistics.add(value);
      else if (layout_.bits == 16) statistics.add16(static_cast<std::uint16_t>(value));
      else add_code(static_cast<std::uint8_t>(value), statistics);
    }
  }

  std::string name_, path_, reason_;
  std::unique_ptr<TIFF, void (*)(TIFF*)> file_{nullptr, &TIFFClose};
  Layout layout_;
  std::vector<unsigned char> row_;
  std::vector<double> seen_;
  ThumbnailSum* thumbnail_ = nullptr;
};

}  // namespace

void read_tiff(const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image) {
  image.format = "TIFF";
  TiffFile file(path, name);
  do {
    if (static_cast<std::int64_t>(image.pages.size()) == limits.pages) {
      image.faults.push_back({"more_pages", fmt::format("pages behind the first {} are left out", limits.pages)});
      return;
    }
    ImagePage page = file.read_header(limits, image);
    SampleStatistics statistics;
    file.forget_reason();
    ThumbnailSum thumbnail(page.width, page.height);
    const bool make = limits.thumbnails == Thumbnails::make && image.pages.size() < ImagePage::most_thumbnails;
    const bool whole = file.read_samples(page, statistics, make ? &thumbnail : nullptr);
    statistics.finish(page);
    if (make) page.thumbnail = thumbnail.finish(page.orientation);
    image.pages.push_back(std::move(page));
    if (!whole) image.faults.push_back({"truncated", fmt::format("page {} cannot be read to its end: {}", image.pages.size(), file.reason())});
    file.forget_reason();
  } while (file.next_page());
  if (!file.reason().empty()) image.faults.push_back({"truncated", fmt::format("what follows page {} cannot be read: {}", image.pages.size(), file.reason())});
}

}  // namespace iai
