#include "formats/image_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

class ImageRows : public RowReader {
 public:
  ImageRows(Image image, std::string fault) : image_(std::move(image)), fault_(std::move(fault)) {
    for (const char* name : {"page", "width", "height", "channels", "bits"}) columns_.push_back({name, "", ColumnType::integer});
    columns_.push_back({"color", "", ColumnType::text});
    columns_.push_back({"orientation", "", ColumnType::integer});
    for (const char* name : {"position", "truncated"}) columns_.push_back({name, "", ColumnType::boolean});
    for (const char* name : {"mean", "deviation", "minimum", "maximum"}) columns_.push_back({name, "", ColumnType::real});
    row_.cells.resize(columns_.size());
    texts_.resize(columns_.size());
    for (const auto& one : image_.faults) truncated_ = truncated_ || one.kind == "truncated";
  }
  const std::vector<Column>& columns() const override { return columns_; }
  bool names_columns() const override { return true; }

  const Row* next() override {
    const auto done = static_cast<std::size_t>(row_.number);
    if (done == std::max<std::size_t>(image_.pages.size(), fault_.empty() ? 0 : 1)) return nullptr;
    ++row_.number;
    row_.line = row_.number;
    row_.width = columns_.size();
    row_.fault = fault_;
    if (fault_.empty()) {
      fill(image_.pages[done]);
      row_.fingerprint = image_.pages[done].thumbnail;
    }
    return &row_;
  }

 private:
  void fill(const ImagePage& page) {
    const std::int64_t integers[] = {row_.number, page.width, page.height, page.channels, page.bits};
    for (std::size_t c = 0; c < 5; ++c) set(c, fmt::format("{}", integers[c]), static_cast<double>(integers[c]), integers[c]);
    set(5, page.color, 0, 0);
    set(6, fmt::format("{}", page.orientation), static_cast<double>(page.orientation), page.orientation);
    const bool answers[] = {image_.position == Presence::present, truncated_};
    for (std::size_t c = 0; c < 2; ++c) set(7 + c, answers[c] ? "true" : "false", answers[c] ? 1 : 0, 0);
    const double reals[] = {page.mean, page.deviation, page.minimum, page.maximum};
    for (std::size_t c = 0; c < 4; ++c) {
      set(9 + c, fmt::format("{}", reals[c]), reals[c], 0);
      if (!std::isfinite(reals[c])) row_.cells[9 + c].state = CellState::missing;
    }
  }
  void set(std::size_t column, std::string text, double number, std::int64_t integer) {
    texts_[column] = std::move(text);
    row_.cells[column] = Cell{texts_[column], CellState::value, number, integer, 0};
  }

  Image image_;
  std::string fault_;
  std::vector<Column> columns_;
  std::vector<std::string> texts_;
  Row row_;
  bool truncated_ = false;
};

}  // namespace

ImageKind image_kind(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return ImageKind::png;
  if (head.starts_with("\xFF\xD8\xFF")) return ImageKind::jpeg;
  for (const auto mark : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})
    if (head.starts_with(mark)) return ImageKind::tiff;
  return ImageKind::none;
}

Image read_image(ImageKind kind, const std::filesystem::path& path, const std::string& name, const ImageLimits& limits) {
  using Read = void(ImageKind, const std::filesystem::path&, const std::string&, const ImageLimits&, Image&);
  Image image;
  module_function<Read>("images", "iai_read_image")(kind, path, name, limits, image);
  return image;
}

Image read_image_stream(PeekStream& stream, const std::string& name, const ImageLimits& limits) {
  const auto kind = image_kind(stream.head());
  if (kind == ImageKind::none) throw Error(ErrorKind::input, name + ": is no image", "give PNG, JPEG or TIFF");
  const FileOnDisk file(stream, name);
  return read_image(kind, file.path(), name, limits);
}

std::vector<TensorEntry> image_tensors(const Image& image) {
  std::vector<TensorEntry> tensors;
  for (const auto& page : image.pages) {
    TensorEntry entry;
    if (image.pages.size() > 1) entry.name = fmt::format("page {}", tensors.size() + 1);
    entry.type = page.bits <= 8 ? ElementType::uint8 : page.bits <= 16 ? ElementType::uint16 : ElementType::float32;
    entry.shape = {page.height, page.width, page.channels};
    entry.properties = {{"bits", fmt::format("{}", page.bits)}, {"color", page.color}, {"orientation", fmt::format("{}", page.orientation)}};
    tensors.push_back(std::move(entry));
  }
  return tensors;
}

std::unique_ptr<RowReader> open_image_rows(PeekStream& stream, const std::string& name, Thumbnails thumbnails, const std::function<void(const Image&)>& look) {
  try {
    Image image = read_image_stream(stream, name, {.thumbnails = thumbnails});
    if (look) look(image);
    return image_rows(std::move(image));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    return image_rows(without_name(error, name));
  }
}

std::unique_ptr<RowReader> image_rows(Image image) { return std::make_unique<ImageRows>(std::move(image), ""); }
std::unique_ptr<RowReader> image_rows(const std::string& fault) { return std::make_unique<ImageRows>(Image{}, fault); }

}  // namespace iai
