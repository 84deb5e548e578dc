#pragma once

#include <cstddef>
#include <string_view>

namespace iai {

enum class SpokenOf { no, yes };

/// Bytes of the telephone number that begins at `at` ('+', '(' or '0'), 0 when none does.
/// @param spoken_of  yes: the text says that a telephone number stands here; else German numbers need a known area code
/// @source ITU-T E.164 (country codes, at most 15 digits), DIN 5008 (German writing)
std::size_t phone_at(std::string_view text, std::size_t at, SpokenOf spoken_of);

}  // namespace iai
