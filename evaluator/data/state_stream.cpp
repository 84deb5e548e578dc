#include "evaluator/data/state_stream.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>

#include "formats/delimited_source.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

[[noreturn]] void damaged(const std::string& how) { throw Error(ErrorKind::input, how); }

}  // namespace

void StateStream::flush() {
  sink_(buffer_);
  buffer_.clear();
}

void StateStream::put(const char* bytes, std::size_t size) {
  digest_.update(std::as_bytes(std::span(bytes, size)));
  buffer_.append(bytes, size);
  if (buffer_.size() >= block) flush();
}

void StateStream::get(char* bytes, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    if (position_ == buffer_.size()) {
      buffer_.resize(block);
      buffer_.resize(source_->read(buffer_.data(), block));
      position_ = 0;
      if (buffer_.empty()) damaged("it ends too early");
    }
    const auto part = std::min(size - done, buffer_.size() - position_);
    std::memcpy(bytes + done, buffer_.data() + position_, part);
    position_ += part;
    done += part;
  }
  digest_.update(std::as_bytes(std::span(bytes, size)));
}

void StateStream::number(std::uint64_t& value, std::uint64_t most) {
  char bytes[10];
  if (!is_reading()) {
    std::size_t size = 0;
    for (std::uint64_t rest = value; size == 0 || rest != 0; rest >>= 7) bytes[size++] = static_cast<char>((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
    return put(bytes, size);
  }
  value = 0;
  for (int shift = 0;; shift += 7) {
    get(bytes, 1);
    const auto digits = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[0]));
    if (shift == 63 && digits > 1) damaged("a number of more than 64 bits");
    value |= (digits & 0x7F) << shift;
    if (digits <= 0x7F) break;
  }
  if (value > most) damaged("a number beyond its limit");
}

void StateStream::count(std::int64_t& value) {
  auto magnitude = static_cast<std::uint64_t>(value);
  number(magnitude, std::uint64_t{1} << 48);
  value = static_cast<std::int64_t>(magnitude);
}

void StateStream::integer(std::int64_t& value) {
  auto folded = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  number(folded, ~std::uint64_t{0});
  value = static_cast<std::int64_t>(folded >> 1 ^ (~(folded & 1) + 1));
}

void StateStream::word(std::uint64_t& value) {
  char bytes[8];
  if (is_reading()) {
    get(bytes, 8);
    value = 0;
    for (int i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << 8 * i;
    return;
  }
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> 8 * i & 0xFF);
  put(bytes, 8);
}

void StateStream::real(double& value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  word(bits);
  value = std::bit_cast<double>(bits);
  if (!std::isfinite(value)) damaged("a number that is none");
}

void StateStream::flag(bool& value) {
  std::uint64_t bit = value ? 1 : 0;
  number(bit, 1);
  value = bit == 1;
}

void StateStream::text(std::string& value, std::size_t most) {
  value.resize(length(value.size(), most));
  if (!is_reading()) return put(value.data(), value.size());
  get(value.data(), value.size());
  if (!is_utf8(value)) damaged("a text that is no UTF-8");
}

std::size_t StateStream::length(std::size_t have, std::size_t most) {
  std::uint64_t size = have;
  number(size, most);
  return size;
}

void StateStream::file(std::size_t& value) {
  std::uint64_t place = value;
  number(place, ~std::uint64_t{0});
  if (is_reading() && place >= files_.size()) damaged("a file that is none of the manifest's");
  value = is_reading() ? files_[place] : place;
}

void StateStream::end() {
  const auto expected = digest_.hex();
  if (!is_reading()) {
    buffer_ += expected;
    return flush();
  }
  std::string found;
  for (std::size_t at = 0; at < expected.size() + 1; ++at) {  // one more than there may be
    if (position_ == buffer_.size()) {
      buffer_.resize(block);
      buffer_.resize(source_->read(buffer_.data(), block));
      position_ = 0;
    }
    if (position_ < buffer_.size()) found += buffer_[position_++];
  }
  if (found != expected) damaged("its bytes are not those that were written");
}

}  // namespace iai
