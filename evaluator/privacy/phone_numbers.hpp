#pragma once

#include <cstddef>
#include <string_view>

#include "evaluator/privacy/context_words.hpp"

namespace iai {

/// Bytes of the telephone number that begins at `at` (a digit, '+' or '('), with its extension; 0 when none does. International
/// numbers go by their country code, national ones by the way that they are written: an area in parentheses, a German or Austrian
/// area code that is known, the pairs of France, the groups of Switzerland, Sweden and London, the mobile prefix of the Netherlands.
/// @param spoken_of  phone: the text says that one stands here, and any 0 with 7 digits or more, or 8 to 11 digits will do, dates and hours apart;
///                   other: it says that another number does, and only international ones count
/// @source ITU-T E.164 (country codes, at most 15 digits), ITU-T E.123 and DIN 5008 (writing), the states' numbering plans
std::size_t phone_at(std::string_view text, std::size_t at, SpokenOf spoken_of);

}  // namespace iai
