#pragma once

#include <string_view>

namespace iai {

/// Is this a value added tax number of a member state of the EU (or Northern Ireland, XI), with its prefix, and are its check
/// digits right? Without blanks and signs, letters in upper case. Romanian numbers under 6 digits are taken as none: too
/// much looks like them.
/// @source Council Directive 2006/112/EC, article 215; structures and algorithms as the states publish them for VIES
bool is_vat_number(std::string_view text);
/// Are these two letters the prefix of a state?
bool has_vat_numbers(std::string_view country);
/// Is `length` (with the prefix) one that numbers of the state can have, by the two letters of the prefix?
bool is_vat_length(std::string_view country, std::size_t length);

}  // namespace iai
