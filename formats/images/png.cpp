#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <memory>

#include "formats/images/statistics.hpp"
#include "formats/images/thumbnail.hpp"

namespace iai {
namespace {

constexpr png_alloc_size_t most_chunk_bytes = 8 << 20;
constexpr int most_chunks = 1000;
constexpr png_byte exif_chunk[] = {0x65, 0x58, 0x49, 0x66, 0};  // "eXIf"

/// libpng leaves errors by longjmp: everything that is alive across it is a member here.
class PngFile {
 public:
  PngFile(const std::filesystem::path& path, const std::string& name) : file_(std::fopen(path.c_str(), "rbe"), &std::fclose), name_(name) {
    if (!file_) throw_unreadable(name_, errno);
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngFile::fail, [](png_structp, png_const_charp) {});
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) throw Error(ErrorKind::environment, name_ + ": libpng cannot be started");
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(png_, most_chunk_bytes);
    png_set_chunk_cache_max(png_, most_chunks);
    // libpng's own reader of it takes as much memory as the chunk says that it is long.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS, exif_chunk, 1);
    png_init_io(png_, file_.get());
  }
  ~PngFile() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;

  bool read_header(ImagePage& page) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_info(png_, info_);
    page.width = png_get_image_width(png_, info_);
    page.height = png_get_image_height(png_, info_);
    page.bits = png_get_bit_depth(png_, info_);
    const auto color = png_get_color_type(png_, info_);
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (page.bits < 8) png_set_packing(png_);
    page.color = color == PNG_COLOR_TYPE_PALETTE ? "palette" : (color & PNG_COLOR_MASK_COLOR) != 0 ? "RGB" : "grey";
    if ((color & PNG_COLOR_MASK_ALPHA) != 0) page.color += "+alpha";
    return true;
  }

  /// Room for a row, and all that libpng sets up for the size that the header states: after that was checked.
  bool start(ImagePage& page) {
    if (setjmp(png_jmpbuf(png_))) return false;
    passes_ = png_get_interlace_type(png_, info_) == PNG_INTERLACE_ADAM7 ? PNG_INTERLACE_ADAM7_PASSES : 1;
    png_read_update_info(png_, info_);
    page.channels = png_get_channels(png_, info_);
    row_.resize(png_get_rowbytes(png_, info_) + 8);
    return true;
  }

  /// The passes of an interlaced image come as they are: every pixel once, and no need for the whole image.
  bool read_rows(const ImagePage& page, SampleStatistics& statistics, ThumbnailSum* thumbnail) {
    if (setjmp(png_jmpbuf(png_))) return false;
    for (pass_ = 0; pass_ < passes_; ++pass_) {
      const bool whole = passes_ == 1;
      rows_ = whole ? static_cast<std::uint32_t>(page.height) : PNG_PASS_ROWS(static_cast<std::uint32_t>(page.height), pass_);
      pixels_ = whole ? static_cast<std::uint32_t>(page.width) : PNG_PASS_COLS(static_cast<std::uint32_t>(page.width), pass_);
      for (at_ = 0; pixels_ > 0 && at_ < rows_; ++at_) {
        png_read_row(png_, row_.data(), nullptr);
        take(page, statistics, thumbnail);
      }
    }
    pixels_read_ = true;
    png_read_end(png_, info_);
    return true;
  }
  bool pixels_read() const { return pixels_read_; }

  void read_metadata(ImagePage& page, Image& image) {
    png_unknown_chunkp chunks = nullptr;
    const int kept = png_get_unknown_chunks(png_, info_, &chunks);
    for (int i = 0; i < kept; ++i) read_exif(chunks[i].data, chunks[i].size, page, image);
    png_textp texts = nullptr;
    const int count = png_get_text(png_, info_, &texts, nullptr);
    for (int i = 0; i < count; ++i)
      if (texts[i].text != nullptr) {
        const std::string_view text(texts[i].text);
        read_xmp(reinterpret_cast<const unsigned char*>(text.data()), text.size(), image);
      }
  }
  const std::string& reason() const { return reason_; }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp text) {
    static_cast<PngFile*>(png_get_error_ptr(png))->reason_ = text;
    png_longjmp(png, 1);
  }
  void take(const ImagePage& page, SampleStatistics& statistics, ThumbnailSum* thumbnail) {
    const auto channels = static_cast<std::size_t>(page.channels), samples = static_cast<std::size_t>(pixels_) * channels;
    const bool whole = passes_ == 1;
    const std::int64_t x = whole ? 0 : PNG_PASS_START_COL(pass_), step = whole ? 1 : PNG_PASS_COL_OFFSET(pass_);
    const std::int64_t y = whole ? at_ : PNG_ROW_FROM_PASS_ROW(at_, pass_);
    if (page.bits <= 8) {
      statistics.add8(row_.data(), samples);
      if (thumbnail != nullptr) thumbnail->add(x, y, pixels_, row_.data(), channels, step);
      return;
    }
    wide_.resize(samples);
    for (std::size_t i = 0; i < samples; ++i) statistics.add16(wide_[i] = static_cast<std::uint16_t>(row_[2 * i] << 8 | row_[2 * i + 1]));
    if (thumbnail != nullptr) thumbnail->add(x, y, pixels_, wide_.data(), channels, step);
  }

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::string name_, reason_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<unsigned char> row_;
  std::vector<std::uint16_t> wide_;
  int passes_ = 1, pass_ = 0;
  std::uint32_t rows_ = 0, pixels_ = 0, at_ = 0;
  bool pixels_read_ = false;
};

}  // namespace

void read_png(const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image) {
  image.format = "PNG";
  image.pages.emplace_back();
  auto& page = image.pages.back();
  PngFile file(path, name);
  if (!file.read_header(page)) throw Error(ErrorKind::input, name + ": is a damaged PNG image: " + file.reason(), "copy or write it again");
  check_pixels(page, limits, name);
  if (!file.start(page)) throw Error(ErrorKind::input, name + ": is a damaged PNG image: " + file.reason(), "copy or write it again");
  SampleStatistics statistics;
  ThumbnailSum thumbnail(page.width, page.height);
  if (!file.read_rows(page, statistics, limits.thumbnails == Thumbnails::make ? &thumbnail : nullptr))
    image.faults.push_back({file.pixels_read() ? "damaged_end" : "truncated", "the image cannot be read to its end: " + file.reason()});
  statistics.finish(page);
  file.read_metadata(page, image);
  if (limits.thumbnails == Thumbnails::make) page.thumbnail = thumbnail.finish(page.orientation);
}

}  // namespace iai
