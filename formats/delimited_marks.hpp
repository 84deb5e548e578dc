#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace iai {

/// Positions of two characters in a text, 64 bytes at a time.
class MarkScanner {
 public:
  MarkScanner(std::string_view text, char first, char second) : text_(text), first_(first), second_(second) { seek(0); }

  /// The next position, or the text's size.
  std::size_t next() {
    while (mask_ == 0) {
      base_ += 64;
      if (base_ >= text_.size()) return text_.size();
      mask_ = marks(base_);
    }
    const auto at = base_ + static_cast<std::size_t>(std::countr_zero(mask_));
    mask_ &= mask_ - 1;
    return at;
  }
  /// Goes on at `at`.
  void seek(std::size_t at) {
    base_ = at & ~std::size_t{63};
    mask_ = base_ < text_.size() ? marks(base_) & (~std::uint64_t{0} << (at & 63)) : 0;
  }
  /// May there be a byte over 0x7F between the last call and the last position? Whole blocks of 64 bytes are looked at.
  bool take_high() { return std::exchange(high_, block_high_) != 0; }

 private:
  std::uint64_t marks(std::size_t from) {
    block_high_ = 0;
    const auto mask = marks_in(from);
    high_ |= block_high_;
    return mask;
  }
  std::uint64_t marks_in(std::size_t from) {
    if (text_.size() - from >= 64) return marks_of(text_.data() + from);
    char rest[64] = {};
    std::memcpy(rest, text_.data() + from, text_.size() - from);
    return marks_of(rest) & ((std::uint64_t{1} << (text_.size() - from)) - 1);
  }

#if defined(__SSE2__)
  std::uint64_t marks_of(const char* at) {
    const __m128i first = _mm_set1_epi8(first_), second = _mm_set1_epi8(second_);
    std::uint64_t mask = 0;
    for (int part = 0; part < 4; ++part) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + std::ptrdiff_t{16} * part));
      const __m128i equal = _mm_or_si128(_mm_cmpeq_epi8(bytes, first), _mm_cmpeq_epi8(bytes, second));
      mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(equal))) << (16 * part);
      block_high_ |= _mm_movemask_epi8(bytes);
    }
    return mask;
  }
#else
  std::uint64_t marks_of(const char* at) {
    std::uint64_t mask = 0;
    for (int i = 0; i < 64; ++i) {
      mask |= static_cast<std::uint64_t>(at[i] == first_ || at[i] == second_) << i;
      block_high_ |= static_cast<unsigned char>(at[i]) & 0x80;
    }
    return mask;
  }
#endif

  std::string_view text_;
  char first_, second_;
  std::size_t base_ = 0;
  std::uint64_t mask_ = 0;
  int high_ = 0, block_high_ = 0;
};

}  // namespace iai
