#include "evaluator/privacy/phone_numbers.hpp"

#include <algorithm>
#include <string>

#include "formats/ascii.hpp"

namespace iai {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

constexpr std::size_t most_digits = 15;

/// Does nothing follow that makes it part of something else?
bool ends_well(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  if (is_digit(text[end]) || is_letter(text[end]) || text[end] == '_' || text[end] == ':') return false;
  return !((text[end] == '.' || text[end] == ',') && end + 1 < text.size() && is_digit(text[end + 1]));
}

/// The digits that follow each other from `at`, with single signs between groups.
struct Digits {
  std::string text;
  std::string first_sign;  ///< behind the first group
  std::size_t end = 0;
  std::size_t groups = 0;
};

Digits digits_from(std::string_view text, std::size_t at) {
  Digits found;
  std::size_t i = at, group = 0;
  const auto take_group = [&] {
    group = 0;
    while (i < text.size() && is_digit(text[i]) && found.text.size() <= most_digits + 4) {
      found.text += text[i++];
      ++group;
    }
    if (group > 0) {
      found.end = i;
      ++found.groups;
    }
    return group > 0;
  };
  if (i < text.size() && text[i] == '(') ++i;
  if (!take_group()) return found;
  while (i < text.size()) {
    const std::size_t before = i;
    std::string sign;
    while (i < text.size() && sign.size() < 3 && std::string_view(" -/()").find(text[i]) != std::string_view::npos) sign += text[i++];
    if (sign.empty() || i >= text.size() || !is_digit(text[i])) {
      i = before;
      break;
    }
    std::size_t group_end = i;
    while (group_end < text.size() && is_digit(text[group_end])) ++group_end;
    if (!ends_well(text, group_end)) {  // a date or a time follows
      i = before;
      break;
    }
    if (found.groups == 1) found.first_sign = sign;
    if (!take_group()) break;
  }
  return found;
}

/// Country codes of E.164: zones 1 and 7, those of two digits, else three digits.
bool has_country_code(std::string_view digits) {
  if (digits.size() < 10 || digits.size() > most_digits || digits[0] == '0') return false;
  if (digits[0] == '1') return digits.size() == 11 && digits[1] >= '2';
  if (digits[0] == '7') return digits.size() == 11;
  constexpr std::string_view two =
      "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
  if (two.find(digits.substr(0, 2)) != std::string_view::npos) return digits[2] != '0' || digits.substr(0, 2) == "39";
  constexpr std::string_view zones = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99";
  return zones.find(digits.substr(0, 2)) != std::string_view::npos;
}

/// Mobile networks and large towns of Germany, behind the 0.
bool has_known_area(std::string_view area) {
  if (area.size() >= 3 && area.size() <= 4 && area[0] == '1' && area[1] >= '5' && area[1] <= '7') return true;
  constexpr int areas[] = {
      30,  40,  69,  89,  201, 202, 203,  208,  209,  211,  212,  214,  221,  228,  231,  234,  241,  251,  261,  271,  331,  335,  341,  345,
      351, 355, 361, 365, 371, 375, 381,  385,  391,  395,  421,  431,  441,  451,  461,  471,  511,  521,  531,  541,  551,  561,  611,  621,
      631, 641, 651, 661, 681, 711, 721,  731,  741,  751,  761,  771,  781,  821,  831,  841,  851,  861,  871,  881,  906,  911,  921,  931,
      941, 951, 961, 971, 981, 991, 4131, 5241, 5341, 5361, 6131, 6151, 6221, 7031, 7071, 7121, 7131, 7141, 7151, 7541, 8031, 8421, 9131, 9721,
  };
  int number = 0;
  for (const char c : area.substr(0, 5)) number = number * 10 + c - '0';
  return std::binary_search(std::begin(areas), std::end(areas), number);
}

std::size_t international(std::string_view text, std::size_t at) {
  // "+49 (0)711": the 0 is not dialled from abroad.
  std::size_t start = at + 1;
  while (start < text.size() && text[start] == ' ') ++start;
  Digits digits = digits_from(text, start);
  for (const std::string_view country : {"49", "43", "41"})
    if (digits.text.starts_with(std::string(country) + "0") && digits.first_sign.find('(') != std::string::npos) digits.text.erase(2, 1);
  return has_country_code(digits.text) && ends_well(text, digits.end) ? digits.end - at : 0;
}

}  // namespace

std::size_t phone_at(std::string_view text, std::size_t at, SpokenOf spoken_of) {
  if (text[at] == '+') return international(text, at);
  Digits digits = digits_from(text, at);
  if (digits.text.size() < 8 || digits.text[0] != '0' || !ends_well(text, digits.end)) return 0;
  const std::string_view dialled = digits.text;
  if (dialled.starts_with("00")) {
    const std::string_view abroad = dialled.substr(2);
    const bool known = spoken_of == SpokenOf::yes || digits.groups > 1 || abroad.starts_with("49");
    return known && abroad.size() >= 11 && has_country_code(abroad) ? digits.end - at : 0;
  }
  if (dialled.size() < 9 || dialled.size() > 13 || dialled[1] == '0') return 0;
  if (spoken_of == SpokenOf::yes) return digits.end - at;
  if (digits.groups < 2 || digits.groups > 6) return 0;
  if (text[at] == '(' && digits.first_sign.starts_with(')')) return digits.end - at;  // nobody writes a part number like that
  std::size_t area_end = at;
  while (area_end < text.size() && is_digit(text[area_end])) ++area_end;
  return has_known_area(text.substr(at + 1, area_end - at - 1)) ? digits.end - at : 0;
}

}  // namespace iai
