#include "formats/arrays/mat_stream.hpp"

#include <algorithm>

namespace iai {

MatStream::MatStream(std::ifstream& file, std::uint64_t begin, std::uint64_t bytes, Packing packing)
    : file_(file), at_(begin), left_(bytes), packing_(packing) {
  if (packing_ == Packing::none) return;
  input_.resize(1 << 16);
  ended_ = inflateInit(&inflate_) != Z_OK;
}

MatStream::~MatStream() {
  if (packing_ == Packing::deflate) inflateEnd(&inflate_);
}

std::size_t MatStream::read_raw(void* to, std::size_t size) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  if (wanted == 0) return 0;
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(at_));
  file_.read(static_cast<char*>(to), static_cast<std::streamsize>(wanted));
  const auto got = static_cast<std::size_t>(file_.gcount());
  at_ += got;
  left_ -= got;
  return got;
}

std::size_t MatStream::read(void* to, std::size_t size) {
  if (packing_ == Packing::none) {
    const auto got = read_raw(to, size);
    position_ += got;
    return got;
  }
  std::size_t done = 0;
  while (done < size && !ended_) {
    if (inflate_.avail_in == 0) {
      inflate_.next_in = input_.data();
      inflate_.avail_in = static_cast<uInt>(read_raw(input_.data(), input_.size()));
    }
    inflate_.next_out = static_cast<unsigned char*>(to) + done;
    const auto room = static_cast<uInt>(std::min<std::size_t>(size - done, 1u << 30));
    inflate_.avail_out = room;
    const int result = inflate(&inflate_, Z_NO_FLUSH);
    done += room - inflate_.avail_out;
    ended_ = result != Z_OK;
  }
  position_ += done;
  return done;
}

bool MatStream::skip(std::uint64_t bytes) {
  if (packing_ == Packing::none) {
    if (bytes > left_) return false;
    at_ += bytes;
    left_ -= bytes;
    position_ += bytes;
    return true;
  }
  std::vector<char> block(1 << 16);
  while (bytes > 0) {
    const auto got = read(block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(bytes, block.size())));
    if (got == 0) return false;
    bytes -= got;
  }
  return true;
}

}  // namespace iai
