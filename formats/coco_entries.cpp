#include "formats/coco_entries.hpp"

#include <streambuf>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/json.hpp"

namespace iai {
namespace {

constexpr std::size_t most_levels = 256;

/// A byte stream for libraries that read from standard ones.
class StreamBuffer : public std::streambuf {
 public:
  explicit StreamBuffer(ByteStream& stream) : stream_(stream), block_(1 << 18, '\0') {}

 protected:
  int_type underflow() override {
    const auto count = stream_.read(block_.data(), block_.size());
    setg(block_.data(), block_.data(), block_.data() + count);
    return count == 0 ? traits_type::eof() : traits_type::to_int_type(block_[0]);
  }

 private:
  ByteStream& stream_;
  std::string block_;
};

class CocoEvents : public nlohmann::json_sax<Json> {
 public:
  CocoEvents(std::string name, CocoVisitor& visitor) : name_(std::move(name)), visitor_(visitor) {}

  bool null() override { return true; }
  bool boolean(bool value) override { return number(value ? 1 : 0, std::nullopt); }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value), value); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value), static_cast<std::int64_t>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value, std::nullopt); }
  bool string(string_t& value) override {
    if (levels_.size() == 3 && (key_ == "file_name" || key_ == "name")) entry_.name = value;
    return true;
  }
  bool binary(binary_t&) override { return true; }
  bool key(string_t& value) override {
    if (levels_.size() == 1) {
      section_ = value;
      row_ = 0;
    }
    key_ = value;
    return true;
  }
  bool start_object(std::size_t) override { return open('{'); }
  bool start_array(std::size_t) override { return open('['); }
  bool end_array() override {
    levels_.pop_back();
    return true;
  }
  bool end_object() override {
    levels_.pop_back();
    if (levels_ == "{[") take();
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
    throw Error(ErrorKind::input, fmt::format("{}: broken JSON at byte {}", name_, at), "copy or export the labels again");
  }

 private:
  bool open(char kind) {
    if (levels_.size() == most_levels) throw Error(ErrorKind::input, name_ + ": JSON over 256 levels deep", "export the labels again");
    if (levels_ == "{[" && kind == '{') entry_ = {};
    levels_ += kind;
    return true;
  }

  /// @param integer  nothing where the number is written as another
  bool number(double value, std::optional<std::int64_t> integer) {
    if (levels_ == "{[{[" && key_ == "bbox" && entry_.box.size() < 8) entry_.box.push_back(value);
    if (levels_ != "{[{") return true;
    if (key_ == "id") entry_.id = integer;
    if (key_ == "image_id") entry_.image_id = integer;
    if (key_ == "category_id") entry_.category_id = integer;
    if (key_ == "width") entry_.width = integer.value_or(-1);
    if (key_ == "height") entry_.height = integer.value_or(-1);
    if (key_ == "area") entry_.area = value;
    if (key_ == "iscrowd") entry_.crowd = value != 0;
    return true;
  }

  void take() {
    entry_.row = ++row_;
    if (section_ == "images") visitor_.image(std::move(entry_));
    else if (section_ == "annotations") visitor_.annotation(std::move(entry_));
    else if (section_ == "categories") visitor_.category(std::move(entry_));
  }

  std::string name_;
  CocoVisitor& visitor_;
  std::string levels_, section_, key_;  // levels_: what is open, '{' or '['
  std::int64_t row_ = 0;
  CocoEntry entry_;
};

}  // namespace

void visit_coco(ByteStream& stream, const std::string& name, CocoVisitor& visitor) {
  StreamBuffer buffer(stream);
  std::istream text(&buffer);
  CocoEvents events(name, visitor);
  Json::sax_parse(text, &events);
}

}  // namespace iai
