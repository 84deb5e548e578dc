#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace iai {

bool all_digits(std::string_view text);
constexpr int digit(char c) { return c - '0'; }

// Check digits. Each takes the characters of one identifier without blanks and signs, letters in upper case, and says
// whether its structure and its check digits are right. None throws.

/// @source ISO/IEC 7812-1, annex B (Luhn); digits only
bool has_luhn_digit(std::string_view digits);
/// @source ISO/IEC 7064, MOD 11,10; digits only
bool has_mod_11_10_digit(std::string_view digits);
/// @source ISO 13616-1 (check digits by ISO/IEC 7064 MOD 97-10) and the SWIFT IBAN registry (structure by country)
bool is_iban(std::string_view text);

constexpr std::size_t country_places = 26ul * 26;

/// Place of the two capital letters that `country` begins with, below country_places.
constexpr std::size_t place_of(std::string_view country) {
  return static_cast<std::size_t>(country[0] - 'A') * 26 + static_cast<std::size_t>(country[1] - 'A');
}

/// Place of a list's element by the two capital letters that it begins with, so that a table needs no search.
template <class Element, std::size_t n>
constexpr std::array<std::int8_t, country_places> places_by_country(const Element (&list)[n]) {
  std::array<std::int8_t, country_places> places{};
  for (auto& place : places) place = -1;
  for (std::size_t i = 0; i < n; ++i) places[place_of(list[i].country)] = static_cast<std::int8_t>(i);
  return places;
}
/// The element for the letters that `text` begins with, or null.
template <class Element, std::size_t n>
constexpr const Element* find_country(const Element (&list)[n], const std::array<std::int8_t, country_places>& places, std::string_view text) {
  if (text.size() < 2 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z') return nullptr;
  const auto place = places[place_of(text)];
  return place < 0 ? nullptr : &list[place];
}

/// Characters of an IBAN of this country, 0 when the country has none.
std::size_t iban_length(std::string_view country);
/// @source § 139b Abgabenordnung: 11 digits, ISO/IEC 7064 MOD 11,10; among the first ten one digit occurs twice or three times
bool is_german_tax_id(std::string_view digits);
/// @source VKVV § 2 and § 4: area, date of birth, initial, serial, check digit ("65180539W003")
bool is_german_insurance_number(std::string_view text);
/// Is the beginning that of an issuer, and the length one that it gives out?
/// @source ISO/IEC 7812-1 and the issuers' published ranges
bool has_card_issuer(std::string_view digits);
/// 17 characters, none of them I, O or Q, the last four digits, at least three letters. @source ISO 3779
bool has_vin_shape(std::string_view text);
/// @source 49 CFR 565.15(c)
bool has_vin_check_digit(std::string_view text);
/// Does the number begin with the code of a large European maker? They give out numbers without a check digit.
bool has_european_vin_maker(std::string_view text);

}  // namespace iai
