#pragma once

#include <string_view>

namespace iai {

// What a word can be for a name of a person, as a set of bits.
constexpr unsigned given_bit = 1;           ///< a given name
constexpr unsigned ambiguous_bit = 2;       ///< a given name and a word of its own
constexpr unsigned role_bit = 4;            ///< a person by what he does; a name follows
constexpr unsigned agent_bit = 8;           ///< somebody acts by it: "von", "by"
constexpr unsigned address_bit = 16;        ///< "Frau", "Mme", "pan"
constexpr unsigned thing_bit = 32;          ///< never a family name
constexpr unsigned family_bit = 64;         ///< a common family name, or its ending is that of one
constexpr unsigned before_no_person = 128;  ///< "Firma", "rue", "Sankt": what follows is named like a person
constexpr unsigned particle_bit = 256;      ///< "von", "van", "de" between given and family name

unsigned meaning_of_name_word(std::string_view word);

/// Does the legal form of a firm, a partner or a street begin at `at`, behind a name?
bool firm_follows(std::string_view text, std::size_t at);
/// Makes and places that have a given and a family name: "Carl Zeiss".
bool is_firm_name(std::string_view name);

}  // namespace iai
