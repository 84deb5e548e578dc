#include "evaluator/privacy/vat_numbers.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "evaluator/privacy/check_digits.hpp"
#include "formats/ascii.hpp"

namespace iai {

namespace {

int last(std::string_view text) { return digit(text.back()); }

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + digit(c);
  return value;
}

/// Sum of the first digits, each times its weight.
int weighted(std::string_view text, std::initializer_list<int> weights) {
  int sum = 0;
  std::size_t at = 0;
  for (const int weight : weights) sum += digit(text[at++]) * weight;
  return sum;
}

bool austria(std::string_view n) {  // behind the U
  if (n.size() != 9 || n[0] != 'U' || !all_digits(n.substr(1))) return false;
  n.remove_prefix(1);
  int sum = 4;
  for (std::size_t i = 0; i < 7; ++i) {
    const int product = digit(n[i]) * (i % 2 == 0 ? 1 : 2);
    sum += product / 10 + product % 10;
  }
  return (10 - sum % 10) % 10 == last(n);
}

bool belgium(std::string_view n) { return n.size() == 10 && all_digits(n) && n[0] <= '1' && 97 - number(n.substr(0, 8)) % 97 == number(n.substr(8)); }

bool bulgaria(std::string_view n) {
  if (!all_digits(n)) return false;
  if (n.size() == 9) {
    int check = weighted(n, {1, 2, 3, 4, 5, 6, 7, 8}) % 11;
    if (check == 10) check = weighted(n, {3, 4, 5, 6, 7, 8, 9, 10}) % 11 % 10;
    return check == last(n);
  }
  if (n.size() != 10) return false;
  // A person's number begins with the day of birth; 20 or 40 are added to the month before 1900 and from 2000 on.
  const bool dated = number(n.substr(2, 2)) % 20 >= 1 && number(n.substr(2, 2)) % 20 <= 12 && number(n.substr(2, 2)) < 60 && number(n.substr(4, 2)) >= 1 &&
                     number(n.substr(4, 2)) <= 31;
  const int other = (11 - weighted(n, {4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  return (dated && weighted(n, {2, 4, 8, 5, 10, 9, 7, 3, 6}) % 11 % 10 == last(n)) || weighted(n, {21, 19, 17, 13, 11, 9, 7, 3, 1}) % 10 == last(n) ||
         other == last(n);
}

bool cyprus(std::string_view n) {
  if (n.size() != 9 || !all_digits(n.substr(0, 8)) || !is_upper(n[8]) || n.substr(0, 2) == "12") return false;
  constexpr int odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += i % 2 == 0 ? odd[digit(n[i])] : digit(n[i]);
  return n[8] == static_cast<char>('A' + sum % 26);
}

bool czechia(std::string_view n) {
  if (!all_digits(n)) return false;
  if (n.size() == 10) {  // a person's number begins with the day of birth; 50 and 20 may be added to the month
    const auto month = number(n.substr(2, 2)) % 50 % 20, day = number(n.substr(4, 2));
    return number(n) % 11 == 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  }
  return n.size() == 8 && n[0] != '9' && (11 - weighted(n, {8, 7, 6, 5, 4, 3, 2}) % 11) % 10 == last(n);
}

bool spain(std::string_view n) {
  if (n.size() != 9 || !all_digits(n.substr(1, 7))) return false;
  constexpr std::string_view letters = "TRWAGMYFPDXBNJZSQVHLCKE";
  const auto by_23 = [&](std::string_view digits) { return n[8] == letters[static_cast<std::size_t>(number(digits) % 23)]; };
  if (is_digit(n[0])) return by_23(n.substr(0, 8));
  if (n[0] == 'K' || n[0] == 'L' || n[0] == 'M') return by_23(n.substr(1, 7));
  if (n[0] >= 'X' && n[0] <= 'Z') return by_23(std::string(1, static_cast<char>('0' + n[0] - 'X')) + std::string(n.substr(1, 7)));
  if (std::string_view("ABCDEFGHJNPQRSUVW").find(n[0]) == std::string_view::npos) return false;
  int sum = 0;
  for (std::size_t i = 1; i < 8; ++i) {
    const int product = digit(n[i]) * (i % 2 == 1 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  const auto check = static_cast<std::size_t>((10 - sum % 10) % 10);
  const bool letter = n[8] == std::string_view("JABCDEFGHI")[check], number_form = n[8] == static_cast<char>('0' + check);
  return letter || number_form;
}

bool france(std::string_view n) {
  if (n.size() != 11 || !all_digits(n.substr(2))) return false;
  const std::string_view siren = n.substr(2);
  if (!has_luhn_digit(siren) && siren.substr(0, 3) != "000") return false;  // Monaco has no check digit there
  if (all_digits(n.substr(0, 2))) return (12 + 3 * (number(siren) % 97)) % 97 == number(n.substr(0, 2));
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const auto first = alphabet.find(n[0]), second = alphabet.find(n[1]);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const auto sum = static_cast<std::int64_t>(is_digit(n[0]) ? first * 24 + second - 10 : first * 34 + second - 100);
  return (number(siren) + 1 + sum / 11) % 11 == sum % 11;
}

bool ireland(std::string_view n) {
  if (n.size() < 8 || n.size() > 9 || !is_digit(n[0]) || !all_digits(n.substr(2, 5)) || !is_upper(n[7])) return false;
  std::string digits(n.substr(0, 7));
  if (!is_digit(n[1])) digits = "0" + std::string(n.substr(2, 5)) + n[0];  // the form before 2013
  int sum = weighted(digits, {8, 7, 6, 5, 4, 3, 2});
  if (n.size() == 9) {
    if (!is_upper(n[8]) || (n[8] > 'I' && n[8] != 'W')) return false;
    sum += n[8] == 'W' ? 0 : 9 * (n[8] - 'A' + 1);
  }
  return n[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

bool italy(std::string_view n) {
  if (n.size() != 11 || !all_digits(n) || number(n.substr(0, 7)) == 0 || !has_luhn_digit(n)) return false;
  const auto office = number(n.substr(7, 3));
  return (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999;
}

bool lithuania(std::string_view n) {
  if ((n.size() != 9 && n.size() != 12) || !all_digits(n) || n[n.size() - 2] != '1') return false;
  const auto sum = [&](int shift) {
    int total = 0;
    for (std::size_t i = 0; i + 1 < n.size(); ++i) total += digit(n[i]) * (1 + (static_cast<int>(i) + shift) % 9);
    return total % 11;
  };
  const int check = sum(0) == 10 ? sum(2) % 10 : sum(0);
  return check == last(n);
}

bool latvia(std::string_view n) {
  if (n.size() != 11 || !all_digits(n)) return false;
  if (n[0] > '3') return weighted(n, {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1}) % 11 == 3;
  const auto day = number(n.substr(0, 2)), month = number(n.substr(2, 2));
  return day >= 1 && day <= 31 && month >= 1 && month <= 12 && (1 + weighted(n, {10, 5, 8, 4, 2, 1, 6, 3, 7, 9})) % 11 % 10 == last(n);
}

bool netherlands(std::string_view n) {
  if (n.size() != 12 || n[9] != 'B' || !all_digits(n.substr(0, 9)) || !all_digits(n.substr(10)) || n.substr(10) == "00") return false;
  if (weighted(n, {9, 8, 7, 6, 5, 4, 3, 2}) % 11 == digit(n[8])) return true;
  int rest = 23 * 100 + 21;  // N and L; sole proprietors since 2020: ISO/IEC 7064 MOD 97-10 over the whole number
  for (const char c : n) rest = is_digit(c) ? (rest * 10 + digit(c)) % 97 : (rest * 100 + c - 'A' + 10) % 97;
  return rest % 97 == 1;
}

bool romania(std::string_view n) {
  if (n.size() < 6 || n.size() > 10 || !all_digits(n) || n[0] == '0') return false;
  const std::string filled = std::string(10 - n.size(), '0') + std::string(n);
  return weighted(filled, {7, 5, 3, 2, 1, 7, 5, 3, 2}) * 10 % 11 % 10 == last(n);
}

bool northern_ireland(std::string_view n) {
  if ((n.size() != 9 && n.size() != 12) || !all_digits(n)) return false;
  const auto sum = weighted(n, {8, 7, 6, 5, 4, 3, 2}) + number(n.substr(7, 2));
  return sum % 97 == 0 || (sum + 55) % 97 == 0;
}

/// The digits only, `size` of them.
bool digits_of(std::string_view n, std::size_t size) { return n.size() == size && all_digits(n); }

bool germany(std::string_view n) { return digits_of(n, 9) && n[0] != '0' && has_mod_11_10_digit(n); }
bool denmark(std::string_view n) { return digits_of(n, 8) && n[0] != '0' && weighted(n, {2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0; }
bool estonia(std::string_view n) { return digits_of(n, 9) && (10 - weighted(n, {3, 7, 1, 3, 7, 1, 3, 7}) % 10) % 10 == last(n); }
bool greece(std::string_view n) { return digits_of(n, 9) && weighted(n, {256, 128, 64, 32, 16, 8, 4, 2}) % 11 % 10 == last(n); }
bool finland(std::string_view n) { return digits_of(n, 8) && (11 - weighted(n, {7, 9, 10, 5, 8, 4, 2}) % 11) % 11 == last(n); }
bool croatia(std::string_view n) { return digits_of(n, 11) && has_mod_11_10_digit(n); }
bool hungary(std::string_view n) { return digits_of(n, 8) && (10 - weighted(n, {9, 7, 3, 1, 9, 7, 3}) % 10) % 10 == last(n); }
bool luxembourg(std::string_view n) { return digits_of(n, 8) && number(n.substr(0, 6)) % 89 == number(n.substr(6)); }
bool malta(std::string_view n) { return digits_of(n, 8) && n[0] != '0' && weighted(n, {3, 4, 6, 7, 8, 9, 10, 1}) % 37 == 0; }
bool poland(std::string_view n) { return digits_of(n, 10) && weighted(n, {6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == last(n); }
bool portugal(std::string_view n) { return digits_of(n, 9) && n[0] != '0' && (11 - weighted(n, {9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 11 % 10 == last(n); }
bool sweden(std::string_view n) { return digits_of(n, 12) && has_luhn_digit(n.substr(0, 10)) && n.substr(10) == "01"; }
bool slovenia(std::string_view n) {
  if (!digits_of(n, 8) || n[0] == '0') return false;
  const int check = 11 - weighted(n, {8, 7, 6, 5, 4, 3, 2}) % 11;
  return check != 11 && check % 10 == last(n);
}
bool slovakia(std::string_view n) {
  return digits_of(n, 10) && n[0] != '0' && std::string_view("234789").find(n[2]) != std::string_view::npos && number(n) % 11 == 0;
}

struct State {
  std::string_view country;
  std::size_t shortest, longest;  ///< without the prefix
  bool (*check)(std::string_view);
};
constexpr State states[] = {
    {"AT", 9, 9, austria},       {"BE", 10, 10, belgium},  {"BG", 9, 10, bulgaria},         {"CY", 9, 9, cyprus},   {"CZ", 8, 10, czechia},
    {"DE", 9, 9, germany},       {"DK", 8, 8, denmark},    {"EE", 9, 9, estonia},           {"EL", 9, 9, greece},   {"ES", 9, 9, spain},
    {"FI", 8, 8, finland},       {"FR", 11, 11, france},   {"HR", 11, 11, croatia},         {"HU", 8, 8, hungary},  {"IE", 8, 9, ireland},
    {"IT", 11, 11, italy},       {"LT", 9, 12, lithuania}, {"LU", 8, 8, luxembourg},        {"LV", 11, 11, latvia}, {"MT", 8, 8, malta},
    {"NL", 12, 12, netherlands}, {"PL", 10, 10, poland},   {"PT", 9, 9, portugal},          {"RO", 6, 10, romania}, {"SE", 12, 12, sweden},
    {"SI", 8, 8, slovenia},      {"SK", 10, 10, slovakia}, {"XI", 9, 12, northern_ireland},
};

constexpr auto state_places = places_by_country(states);
const State* state_of(std::string_view text) { return find_country(states, state_places, text); }

}  // namespace

bool is_vat_number(std::string_view text) {
  const State* state = state_of(text.substr(0, 2));
  return state != nullptr && state->check(text.substr(2));
}

bool has_vat_numbers(std::string_view country) { return state_of(country) != nullptr; }

bool is_vat_length(std::string_view country, std::size_t length) {
  const State* state = state_of(country);
  return state != nullptr && length >= state->shortest + 2 && length <= state->longest + 2;
}

}  // namespace iai
