#pragma once

#include <array>
#include <string>
#include <string_view>

#include "formats/delimited_source.hpp"

namespace iai {

/// The UTF-8 of each byte in a single-byte encoding. @throws Error(usage) when ICU does not know `encoding` or it is no such one.
std::array<std::string, 256> single_byte_table(const std::string& encoding, const std::string& file);

/// Which single-byte encoding `bytes` (text, but no UTF-8) are in: that one of the European code pages under which most bytes over 0x7F are
/// letters that one language uses, in words, and signs where signs stand (°C, m², 12 €); where none explains them, what the letter
/// frequencies of uchardet say.
Encoding find_single_byte(std::string_view bytes);

}  // namespace iai
