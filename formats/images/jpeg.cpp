#include <cstdio>
// jpeglib.h needs FILE and does not declare it.
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstring>
#include <memory>

#include "formats/images/statistics.hpp"
#include "formats/images/thumbnail.hpp"

namespace iai {
namespace {

constexpr long most_memory = 128l << 20;  // progressive images keep all coefficients
constexpr int most_scans = 500;           // a few bytes a scan may ask for minutes

/// libjpeg leaves errors by longjmp: everything that is alive across it is a member here.
class JpegFile {
 public:
  JpegFile(const std::filesystem::path& path, const std::string& name) : file_(std::fopen(path.c_str(), "rbe"), &std::fclose) {
    if (!file_) throw_unreadable(name, errno);
    state_.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr state) {
      auto& self = *static_cast<JpegFile*>(state->client_data);
      self.keep_reason();
      self.too_large_ = state->err->msg_code == JERR_NO_BACKING_STORE || state->err->msg_code == JERR_OUT_OF_MEMORY;
      std::longjmp(self.jump_, 1);
    };
    errors_.emit_message = [](j_common_ptr state, int level) {
      auto& self = *static_cast<JpegFile*>(state->client_data);
      if (level < 0 && self.warnings_++ == 0) self.keep_reason();
      self.ended_early_ = self.ended_early_ || (level < 0 && state->err->msg_code == JWRN_JPEG_EOF);
    };
    progress_.progress_monitor = [](j_common_ptr state) {
      auto& self = *static_cast<JpegFile*>(state->client_data);
      if (self.state_.input_scan_number <= most_scans) return;
      self.reason_ = "over 500 scans";
      std::longjmp(self.jump_, 1);
    };
    state_.client_data = this;
    jpeg_create_decompress(&state_);
    state_.client_data = this;
    state_.progress = &progress_;
    state_.mem->max_memory_to_use = most_memory;
  }
  ~JpegFile() { jpeg_destroy_decompress(&state_); }
  JpegFile(const JpegFile&) = delete;
  JpegFile& operator=(const JpegFile&) = delete;

  bool read_header(ImagePage& page) {
    if (setjmp(jump_)) return false;
    jpeg_stdio_src(&state_, file_.get());
    jpeg_save_markers(&state_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&state_, TRUE);
    page.width = state_.image_width;
    page.height = state_.image_height;
    page.bits = state_.data_precision;
    const auto space = state_.jpeg_color_space;
    const bool cmyk = space == JCS_CMYK || space == JCS_YCCK;
    state_.out_color_space = cmyk ? JCS_CMYK : space == JCS_GRAYSCALE ? JCS_GRAYSCALE : space == JCS_UNKNOWN ? JCS_UNKNOWN : JCS_RGB;
    page.color = cmyk ? "CMYK" : space == JCS_GRAYSCALE ? "grey" : space == JCS_UNKNOWN ? "unknown" : "RGB";
    page.channels = space == JCS_GRAYSCALE ? 1 : cmyk ? 4 : space == JCS_UNKNOWN ? state_.num_components : 3;
    return true;
  }

  bool read_rows(SampleStatistics& statistics, ThumbnailSum* thumbnail) {
    if (setjmp(jump_)) return false;
    jpeg_start_decompress(&state_);
    row_.resize(static_cast<std::size_t>(state_.output_width) * static_cast<std::size_t>(state_.output_components));
    line_ = row_.data();
    while (state_.output_scanline < state_.output_height && !ended_early_) {
      const std::int64_t y = state_.output_scanline;
      jpeg_read_scanlines(&state_, &line_, 1);
      if (ended_early_) continue;  // what libjpeg makes up behind the end of the file is no sample
      statistics.add8(row_.data(), row_.size());
      if (thumbnail != nullptr) thumbnail->add(0, y, state_.output_width, row_.data(), static_cast<std::size_t>(state_.output_components));
    }
    return !ended_early_;
  }

  void read_metadata(ImagePage& page, Image& image) const {
    static constexpr char exif[] = "Exif\0", xmp[] = "http://ns.adobe.com/xap/1.0/";
    for (auto* marker = state_.marker_list; marker != nullptr; marker = marker->next) {
      if (marker->data_length > 6 && std::memcmp(marker->data, exif, 6) == 0) read_exif(marker->data + 6, marker->data_length - 6, page, image);
      if (marker->data_length > sizeof xmp && std::memcmp(marker->data, xmp, sizeof xmp) == 0) read_xmp(marker->data, marker->data_length, image);
    }
  }
  const std::string& reason() const { return reason_; }
  long warnings() const { return warnings_; }
  bool too_large() const { return too_large_; }

 private:
  void keep_reason() {
    char text[JMSG_LENGTH_MAX];
    state_.err->format_message(reinterpret_cast<j_common_ptr>(&state_), text);
    reason_ = text;
  }

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  jpeg_decompress_struct state_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  std::string reason_;
  std::vector<JSAMPLE> row_;
  JSAMPROW line_ = nullptr;
  long warnings_ = 0;
  bool ended_early_ = false, too_large_ = false;
};

}  // namespace

void read_jpeg(const std::filesystem::path& path, const std::string& name, const ImageLimits& limits, Image& image) {
  image.format = "JPEG";
  image.pages.emplace_back();
  auto& page = image.pages.back();
  JpegFile file(path, name);
  if (!file.read_header(page)) throw Error(ErrorKind::input, name + ": is a damaged JPEG image: " + file.reason(), "copy or write it again");
  check_pixels(page, limits, name);
  file.read_metadata(page, image);
  SampleStatistics statistics;
  ThumbnailSum thumbnail(page.width, page.height);
  const bool make = limits.thumbnails == Thumbnails::make;
  const bool whole = file.read_rows(statistics, make ? &thumbnail : nullptr);
  if (make) page.thumbnail = thumbnail.finish(page.orientation);
  if (file.too_large())
    throw Error(ErrorKind::input, name + ": is a progressive JPEG image that takes over 128 MiB to decode",
                "write it as a baseline one: jpegtran -outfile OUT.jpg FILE");
  if (!whole) image.faults.push_back({"truncated", "the image cannot be read to its end: " + file.reason()});
  else if (file.warnings() > 0) image.faults.push_back({"damaged_data", "decoded with " + std::to_string(file.warnings()) + " warnings: " + file.reason()});
  statistics.finish(page);
}

}  // namespace iai
