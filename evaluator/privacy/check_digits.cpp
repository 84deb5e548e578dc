#include "evaluator/privacy/check_digits.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "formats/ascii.hpp"

namespace iai {

namespace {

/// Behind the country and the check digits: n digits, a letters, c either; "4a14n" as the registry writes 4!a14!n.
struct IbanForm {
  std::string_view country, structure;
};
constexpr IbanForm iban_forms[] = {
    {"AD", "8n12c"},   {"AE", "19n"},     {"AL", "8n16c"},    {"AT", "16n"},     {"AZ", "4a20c"},    {"BA", "16n"},     {"BE", "12n"},   {"BG", "4a6n8c"},
    {"BH", "4a14c"},   {"BI", "23n"},     {"BR", "23n1a1c"},  {"BY", "4c4n16c"}, {"CH", "5n12c"},    {"CR", "18n"},     {"CY", "8n16c"}, {"CZ", "20n"},
    {"DE", "18n"},     {"DJ", "23n"},     {"DK", "14n"},      {"DO", "4c20n"},   {"EE", "16n"},      {"EG", "25n"},     {"ES", "20n"},   {"FI", "14n"},
    {"FK", "2a12n"},   {"FO", "14n"},     {"FR", "10n11c2n"}, {"GB", "4a14n"},   {"GE", "2a16n"},    {"GI", "4a15c"},   {"GL", "14n"},   {"GR", "7n16c"},
    {"GT", "24c"},     {"HR", "17n"},     {"HU", "24n"},      {"IE", "4a14n"},   {"IL", "19n"},      {"IQ", "4a15n"},   {"IS", "22n"},   {"IT", "1a10n12c"},
    {"JO", "4a4n18c"}, {"KW", "4a22c"},   {"KZ", "3n13c"},    {"LB", "4n20c"},   {"LC", "4a24c"},    {"LI", "5n12c"},   {"LT", "16n"},   {"LU", "3n13c"},
    {"LV", "4a13c"},   {"LY", "21n"},     {"MC", "10n11c2n"}, {"MD", "20c"},     {"ME", "18n"},      {"MK", "3n10c2n"}, {"MN", "16n"},   {"MR", "23n"},
    {"MT", "4a5n18c"}, {"MU", "4a19n3a"}, {"NI", "4a20n"},    {"NL", "4a10n"},   {"NO", "11n"},      {"OM", "3n16c"},   {"PK", "4a16c"}, {"PL", "24n"},
    {"PS", "4a21c"},   {"PT", "21n"},     {"QA", "4a21c"},    {"RO", "4a16c"},   {"RS", "18n"},      {"RU", "14n15c"},  {"SA", "2n18c"}, {"SC", "4a20n3a"},
    {"SD", "14n"},     {"SE", "20n"},     {"SI", "15n"},      {"SK", "20n"},     {"SM", "1a10n12c"}, {"SO", "19n"},     {"ST", "21n"},   {"SV", "4a20n"},
    {"TL", "19n"},     {"TN", "20n"},     {"TR", "6n16c"},    {"UA", "6n19c"},   {"VA", "18n"},      {"VG", "4a16n"},   {"XK", "16n"},   {"YE", "4a4n18c"},
};

constexpr auto iban_places = places_by_country(iban_forms);
const IbanForm* iban_form(std::string_view text) { return find_country(iban_forms, iban_places, text); }

/// The next part of a structure: a count and a class. @returns 0 at the end
std::size_t next_part(std::string_view& structure, char& kind) {
  std::size_t count = 0;
  while (!structure.empty() && is_digit(structure[0])) {
    count = count * 10 + static_cast<std::size_t>(digit(structure[0]));
    structure.remove_prefix(1);
  }
  if (structure.empty()) return 0;
  kind = structure[0];
  structure.remove_prefix(1);
  return count;
}

bool has_structure(std::string_view text, std::string_view structure) {
  char kind = 0;
  for (std::size_t at = 0, count = next_part(structure, kind); count > 0; count = next_part(structure, kind))
    for (; count > 0; --count, ++at) {
      const char c = text[at];
      if (!(is_digit(c) ? kind != 'a' : is_upper(c) && kind != 'n')) return false;
    }
  return true;
}

int vin_value(char c) {
  constexpr std::string_view values = "12345678_12345_7_923456789";  // A to Z; I, O and Q have none
  return is_digit(c) ? digit(c) : digit(values[static_cast<std::size_t>(c - 'A')]);
}

}  // namespace

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

bool has_luhn_digit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = digit(digits[digits.size() - 1 - i]);
    sum += i % 2 == 0 ? value : value * 2 - (value > 4 ? 9 : 0);
  }
  return !digits.empty() && sum % 10 == 0;
}

bool has_mod_11_10_digit(std::string_view digits) {
  int product = 10;
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    const int sum = (digit(digits[i]) + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  return digits.size() > 1 && (11 - product) % 10 == digit(digits.back());
}

std::size_t iban_length(std::string_view country) {
  const IbanForm* form = iban_form(country);
  if (form == nullptr) return 0;
  std::size_t length = 4;
  std::string_view structure = form->structure;
  char kind = 0;
  for (std::size_t count = next_part(structure, kind); count > 0; count = next_part(structure, kind)) length += count;
  return length;
}

bool is_iban(std::string_view text) {
  if (text.size() < 15 || text.size() != iban_length(text.substr(0, 2)) || !all_digits(text.substr(2, 2))) return false;
  if (!has_structure(text.substr(4), iban_form(text.substr(0, 2))->structure)) return false;
  int rest = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[(i + 4) % text.size()];
    rest = (is_digit(c) ? rest * 10 + digit(c) : rest * 100 + c - 'A' + 10) % 97;
  }
  const int check = digit(text[2]) * 10 + digit(text[3]);
  return rest == 1 && check >= 2 && check <= 98;
}

bool is_german_tax_id(std::string_view digits) {
  if (digits.size() != 11 || !all_digits(digits) || digits[0] == '0') return false;
  std::array<int, 10> counts{};
  for (const char c : digits.substr(0, 10)) ++counts[static_cast<std::size_t>(digit(c))];
  const auto twice = std::count(counts.begin(), counts.end(), 2), thrice = std::count(counts.begin(), counts.end(), 3);
  if (twice + thrice != 1 || *std::max_element(counts.begin(), counts.end()) > 3) return false;
  for (std::size_t i = 0; i + 3 < digits.size(); ++i)
    if (digits[i] == digits[i + 1] && digits[i] == digits[i + 2]) return false;
  return has_mod_11_10_digit(digits);
}

bool is_german_insurance_number(std::string_view text) {
  if (text.size() != 12 || !all_digits(text.substr(0, 8)) || !is_upper(text[8]) || !all_digits(text.substr(9))) return false;
  const auto two = [&](std::size_t at) { return digit(text[at]) * 10 + digit(text[at + 1]); };
  const int area = two(0), day = two(2), month = two(4);
  if (area < 2 || area > 89 || day < 1 || day > 31 || month < 1 || month > 12) return false;
  const int letter = text[8] - 'A' + 1;
  const std::array<int, 12> digits{digit(text[0]), digit(text[1]), digit(text[2]), digit(text[3]), digit(text[4]), digit(text[5]),
                                   digit(text[6]), digit(text[7]), letter / 10,    letter % 10,    digit(text[9]), digit(text[10])};
  constexpr std::array<int, 12> weights{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int product = digits[i] * weights[i];
    sum += product / 10 + product % 10;
  }
  return sum % 10 == digit(text[11]);
}

bool has_card_issuer(std::string_view digits) {
  if (digits.size() < 14 || digits.size() > 19) return false;
  int six = 0;
  for (const char c : digits.substr(0, 6)) six = six * 10 + digit(c);
  const std::size_t length = digits.size();
  const auto within = [&](int first, int last, int scale) { return six / scale >= first && six / scale <= last; };
  if (within(4, 4, 100'000)) return length == 16 || length == 19;                                         // Visa
  if (within(51, 55, 10'000) || within(2221, 2720, 100)) return length == 16;                             // Mastercard
  if (within(34, 34, 10'000) || within(37, 37, 10'000)) return length == 15;                              // American Express
  if (within(300, 305, 1'000) || within(36, 36, 10'000) || within(38, 39, 10'000)) return length == 14;   // Diners Club
  if (within(3528, 3589, 100)) return length >= 16;                                                       // JCB
  if (within(1800, 1800, 100) || within(2131, 2131, 100)) return length == 15;                            // JCB, the older ones
  if (within(2200, 2204, 100)) return length >= 16;                                                       // Mir
  if (within(6011, 6011, 100) || within(644, 659, 1'000) || within(62, 62, 10'000)) return length >= 16;  // Discover, UnionPay
  for (const int maestro : {5018, 5019, 5020, 5038, 5893, 6304, 6390, 6703, 6759, 6761, 6762, 6763})
    if (within(maestro, maestro, 100)) return length >= 16;
  return false;
}

bool has_vin_shape(std::string_view text) {
  if (text.size() != 17 || !all_digits(text.substr(13))) return false;
  int letters = 0;
  for (const char c : text) {
    if (!is_digit(c) && (!is_upper(c) || c == 'I' || c == 'O' || c == 'Q')) return false;
    letters += is_upper(c) ? 1 : 0;
  }
  return letters >= 3;
}

bool has_vin_check_digit(std::string_view text) {
  if (!has_vin_shape(text)) return false;
  constexpr std::array<int, 17> weights{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) sum += vin_value(text[i]) * weights[i];
  return text[8] == (sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11));
}

bool has_european_vin_maker(std::string_view text) {
  if (!has_vin_shape(text)) return false;
  constexpr std::string_view makers[] = {"LSJ", "NMT", "SAJ", "SAL", "SB1", "SHH", "TMA", "TMB", "TRU", "TSM", "UU1", "VF1", "VF3", "VF6",
                                         "VF7", "VF8", "VSK", "VSS", "VWV", "W0L", "W0V", "W1K", "W1N", "W1T", "W1V", "WAU", "WBA", "WBS",
                                         "WBY", "WDB", "WDC", "WDD", "WDF", "WF0", "WJM", "WMA", "WMW", "WP0", "WP1", "WUA", "WV1", "WV2",
                                         "WVG", "WVW", "XLR", "YS2", "YS3", "YV1", "YV2", "ZAR", "ZCF", "ZFA", "ZFF"};
  return std::binary_search(std::begin(makers), std::end(makers), text.substr(0, 3));
}

}  // namespace iai
