#include "formats/delimited_source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/single_byte.hpp"

namespace iai {
namespace {

constexpr std::size_t chunk_bytes = 256 << 10, slack = 8;

[[noreturn]] void refuse(const std::string& file, const std::string& why, const std::string& hint) { throw Error(ErrorKind::input, file + ": " + why, hint); }

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// Length of the well-formed sequence at `at`, 0 when it is broken. @source Unicode 15, table 3-7
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto first = byte_at(text, at);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() - at < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
  const auto second = byte_at(text, at + 1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return length;
}

/// Well-formed sequences of more than one byte, and bytes that belong to none.
std::pair<std::size_t, std::size_t> count_sequences(std::string_view text) {
  std::size_t sequences = 0, broken = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = sequence_length(text, at);
    sequences += length > 1 ? 1 : 0;
    broken += length == 0 ? 1 : 0;
    at += std::max<std::size_t>(length, 1);
  }
  return {sequences, broken};
}

/// UTF-16 without a mark: text in Latin letters has a zero in every second byte.
std::string utf16_without_mark(std::string_view bytes) {
  std::size_t zeros[2] = {0, 0};
  const auto size = std::min<std::size_t>(bytes.size(), 4096) & ~std::size_t{1};
  for (std::size_t i = 0; i < size; ++i) zeros[i & 1] += bytes[i] == '\0' ? 1 : 0;
  if (size < 8) return {};
  if (zeros[1] * 4 > size && zeros[0] * 50 < size) return "UTF-16LE";
  if (zeros[0] * 4 > size && zeros[1] * 50 < size) return "UTF-16BE";
  return {};
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string_view first_bytes(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (byte_at(text, size) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

Encoding find_encoding(std::string_view bytes, const std::string& file) {
  if (bytes.empty()) refuse(file, "is empty", "copy the file again; its writer may have failed");
  if (bytes.starts_with("\xEF\xBB\xBF")) return {"UTF-8", 3, "encoding UTF-8: byte order mark"};
  if (bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4)) || bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4)))
    refuse(file, "is UTF-32, which is not read", "convert it: iconv -f UTF-32 -t UTF-8");
  if (bytes.starts_with("\xFF\xFE")) return {"UTF-16LE", 2, "encoding UTF-16LE: byte order mark"};
  if (bytes.starts_with("\xFE\xFF")) return {"UTF-16BE", 2, "encoding UTF-16BE: byte order mark"};
  if (const auto name = utf16_without_mark(bytes); !name.empty()) return {name, 0, "encoding " + name + ": a zero in every second byte"};
  if (const auto zero = bytes.find('\0'); zero != std::string_view::npos)
    refuse(file, fmt::format("is no delimited text: zero byte at byte {}", zero), "give text files, .npy or .npz arrays, or archives of them");
  // A sequence cut off by the end of the sample is not broken.
  std::size_t end = bytes.size();
  for (int i = 0; i < 3 && end > 0 && (byte_at(bytes, end - 1) & 0xC0) == 0x80; ++i) --end;
  if (end > 0 && byte_at(bytes, end - 1) >= 0xC0) --end;
  const bool ascii = std::none_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
  if (ascii) return {"UTF-8", 0, "encoding UTF-8: no byte over 0x7F in the sample"};
  if (is_utf8(bytes.substr(0, end))) return {"UTF-8", 0, "encoding UTF-8: well-formed"};
  // Chance alone makes hardly any well-formed sequence of the bytes of another encoding.
  const auto [sequences, broken] = count_sequences(bytes.substr(0, end));
  if (sequences >= 2 * broken) return {"UTF-8", 0, fmt::format("encoding UTF-8: {} characters beyond ASCII, and {} broken bytes", sequences, broken)};
  return find_single_byte(bytes);
}

TextSource::TextSource(ByteStream& stream, std::string file, std::size_t sample_bytes, int sample_lines, std::size_t limit, const std::string* known_encoding)
    : stream_(stream), file_(std::move(file)), limit_(limit) {
  std::string sample(sample_bytes, '\0');
  std::size_t size = read_raw(sample.data(), sample.size());
  sample.resize(size);
  encoding_ = find_encoding(sample, file_);
  if (known_encoding != nullptr && *known_encoding != encoding_.name) {
    encoding_.name = *known_encoding;
    encoding_.mark = 0;
    encoding_.evidence = "encoding " + *known_encoding + ": as told";
  }
  offset_ = encoding_.mark;
  big_endian_ = encoding_.name == "UTF-16BE";
  form_ = encoding_.name == "UTF-8" ? Form::utf8 : encoding_.name.starts_with("UTF-16") ? Form::utf16 : Form::single;
  if (form_ == Form::single) table_ = single_byte_table(encoding_.name, file_);
  append(std::string_view(sample).substr(encoding_.mark));
  while (!ended_ && std::count(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(size_), '\n') < sample_lines && size_ < limit_) more();
}

std::size_t TextSource::read_raw(char* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size && !ended_) {
    const auto count = stream_.read(to + done, size - done);
    if (count == 0) ended_ = true;
    done += count;
  }
  return done;
}

void TextSource::put(std::string_view utf8) {
  if (window_.size() < size_ + utf8.size() + slack) window_.resize(std::max(window_.size() * 2, size_ + utf8.size() + slack));
  std::memcpy(window_.data() + size_, utf8.data(), utf8.size());
  size_ += utf8.size();
}

void TextSource::append_utf16(std::string_view raw) {
  const auto unit = [&](std::size_t at) {
    const unsigned low = byte_at(raw, at + (big_endian_ ? 1 : 0)), high = byte_at(raw, at + (big_endian_ ? 0 : 1));
    return high << 8 | low;
  };
  std::string out;
  std::size_t at = 0;
  for (; at + 1 < raw.size(); at += 2) {
    unsigned point = unit(at);
    if (point >= 0xD800 && point < 0xDC00) {
      if (at + 3 >= raw.size() && !ended_) break;  // its second half comes with the next chunk
      const unsigned low = at + 3 < raw.size() ? unit(at + 2) : 0;
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      } else {
        point = 0xFFFD;
      }
    } else if (point >= 0xDC00 && point < 0xE000) {
      point = 0xFFFD;
    }
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 63))};
    } else if (point < 0x10000) {
      out += {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 63)), static_cast<char>(0x80 | (point & 63))};
    } else {
      out += {static_cast<char>(0xF0 | point >> 18), static_cast<char>(0x80 | (point >> 12 & 63)), static_cast<char>(0x80 | (point >> 6 & 63)),
              static_cast<char>(0x80 | (point & 63))};
    }
  }
  carry_ = std::string(raw.substr(at));
  if (ended_ && !carry_.empty()) out += "\xEF\xBF\xBD";
  put(out);
}

void TextSource::append_single(std::string_view raw) {
  std::string out;
  out.reserve(raw.size() + raw.size() / 8);
  for (std::size_t at = 0; at < raw.size();) {
    std::size_t end = at;
    while (end < raw.size() && byte_at(raw, end) < 0x80) ++end;
    out += raw.substr(at, end - at);
    if (end < raw.size()) out += table_[byte_at(raw, end)];
    at = end + 1;
  }
  put(out);
}

void TextSource::append(std::string_view raw) {
  if (form_ == Form::utf8) put(raw);
  if (form_ == Form::utf16) append_utf16(raw);
  if (form_ == Form::single) append_single(raw);
}

std::uint64_t TextSource::stored_bytes(std::string_view text) const {
  if (form_ == Form::utf8) return text.size();
  std::uint64_t points = 0, long_points = 0;
  for (const char c : text) {
    points += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    long_points += static_cast<unsigned char>(c) >= 0xF0 ? 1 : 0;
  }
  return form_ == Form::single ? points : 2 * (points + long_points);
}

void TextSource::consume(std::size_t bytes) {
  offset_ += stored_bytes({data(), bytes});
  begin_ += bytes;
}

void TextSource::refuse_row() const {
  refuse(file_, fmt::format("row at byte {} is over {} MiB long", offset_, limit_ >> 20),
         "is this delimited text? A quote that is never closed can join lines");
}

void TextSource::more() {
  if (size_ - begin_ > limit_) refuse_row();
  if (begin_ > 0) {
    std::memmove(window_.data(), data(), size_ - begin_);
    size_ -= begin_;
    begin_ = 0;
  }
  // Larger steps for long rows, so that a row is scanned again only a few times.
  const auto step = std::max(chunk_bytes, size_);
  if (form_ == Form::utf8) {
    if (window_.size() < size_ + step + slack) window_.resize(size_ + step + slack);
    size_ += read_raw(window_.data() + size_, step);
    return;
  }
  raw_.resize(carry_.size() + step);
  std::memcpy(raw_.data(), carry_.data(), carry_.size());
  const auto count = read_raw(raw_.data() + carry_.size(), step);
  append(std::string_view(raw_).substr(0, carry_.size() + count));
}

}  // namespace iai
