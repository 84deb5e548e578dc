#include "formats/digest_stream.hpp"

#include <vector>

namespace iai {

std::size_t DigestStream::read(char* buffer, std::size_t size) {
  try {
    const auto count = source_.read(buffer, size);
    if (digesting_ == Digesting::yes) digest_.update(std::as_bytes(std::span(buffer, count)));
    bytes_ += count;
    if (watch_) watch_(bytes_);
    return count;
  } catch (...) {
    failed_ = true;
    throw;
  }
}

void DigestStream::drain() {
  std::vector<char> block(std::size_t{1} << 18);
  while (read(block.data(), block.size()) > 0) {
  }
}

}  // namespace iai
