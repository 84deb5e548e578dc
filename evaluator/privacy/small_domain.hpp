#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formats/text_digest.hpp"

namespace iai {

/// What a hash of a small domain may have been made from, each text once: whole numbers under a million as they are and
/// filled with zeros to 4, 5 and 6 digits, days from 1930 to 2030 in three writings, common given names in three cases,
/// and what is declared.
void for_each_small_value(std::span<const std::string> declared, const std::function<void(std::string_view text, const char* domain)>& visit);

/// The algorithm whose digests have that many hexadecimal digits, if `text` consists of such digits.
std::optional<DigestAlgorithm> looks_like_digest(std::string_view text);

}  // namespace iai
