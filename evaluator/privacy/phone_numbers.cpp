#include "evaluator/privacy/phone_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

#include "formats/ascii.hpp"

namespace iai {

namespace {

bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

constexpr std::size_t most_digits = 15, most_groups = 8;

/// Does nothing follow that makes it part of something else?
bool ends_well(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  if (is_digit(text[end]) || is_letter(text[end]) || text[end] == '_' || text[end] == ':') return false;
  return !((text[end] == '.' || text[end] == ',') && end + 1 < text.size() && is_digit(text[end + 1]));
}

/// Behind an extension that begins at `end`: "x12", " ext. 12", "-12" is a group already.
std::size_t behind_extension(std::string_view text, std::size_t end) {
  std::size_t at = end;
  if (at < text.size() && text[at] == ' ') ++at;
  for (const std::string_view mark : {"ext.", "ext", "App.", "DW", "x"}) {
    if (!text.substr(at).starts_with(mark)) continue;
    std::size_t digits = at + mark.size();
    if (digits < text.size() && text[digits] == ' ') ++digits;
    std::size_t last = digits;
    while (last < text.size() && is_digit(text[last])) ++last;
    if (last > digits && last - digits <= 5 && ends_well(text, last)) return last;
  }
  return end;
}

/// Digits in groups from a place on.
struct Digits {
  std::array<char, most_digits + 5> characters{};
  std::array<std::uint8_t, most_groups> sizes{};  ///< of the groups
  std::size_t size = 0, groups = 0, end = 0;
  std::string_view first_sign;  ///< behind the first group
  std::string_view last_sign;   ///< before the last group
  bool same_signs = true;       ///< between all groups
  bool area_in_parentheses = false;

  std::string_view text() const { return {characters.data(), size}; }
  void erase(std::size_t place) {
    std::copy(characters.begin() + static_cast<std::ptrdiff_t>(place) + 1, characters.end(), characters.begin() + static_cast<std::ptrdiff_t>(place));
    --size;
  }
  bool grouped(std::initializer_list<std::uint8_t> wanted) const { return groups == wanted.size() && std::equal(wanted.begin(), wanted.end(), sizes.begin()); }
};

/// The digits that follow each other from `at`, with blanks, hyphens, slashes, parentheses, or single full stops between groups.
Digits digits_from(std::string_view text, std::size_t at) {
  Digits found;
  std::size_t i = at;
  const auto take_group = [&] {
    const std::size_t begin = i;
    while (i < text.size() && is_digit(text[i]) && found.size < found.characters.size() - 1) found.characters[found.size++] = text[i++];
    if (i == begin || found.groups == most_groups) return false;
    found.sizes[found.groups++] = static_cast<std::uint8_t>(i - begin);
    found.end = i;
    return true;
  };
  if (i < text.size() && text[i] == '(') ++i;
  if (!take_group()) return found;
  found.area_in_parentheses = text[at] == '(' && i < text.size() && text[i] == ')';
  while (i < text.size() && found.groups < most_groups) {
    const std::size_t before = i;
    while (i < text.size() && i - before < 3 && std::string_view(" -/()").find(text[i]) != std::string_view::npos) ++i;
    if (i == before && text[i] == '.') ++i;
    const std::string_view sign = text.substr(before, i - before);
    std::size_t group_end = i;
    while (group_end < text.size() && is_digit(text[group_end])) ++group_end;
    const bool dotted_on = group_end < text.size() && text[group_end] == '.' && sign == ".";
    if (sign.empty() || group_end == i || (!dotted_on && !ends_well(text, group_end) && behind_extension(text, group_end) == group_end))
      break;  // a date or a time follows
    if (found.groups == 1) found.first_sign = sign;
    else found.same_signs = found.same_signs && sign == found.last_sign;
    found.last_sign = sign;
    if (!take_group()) break;
  }
  return found;
}

/// Country codes of E.164: zones 1 and 7, those of two digits, else three digits.
bool has_country_code(std::string_view digits, std::size_t groups) {
  if (digits.size() < (groups > 2 ? 9u : 10u) || digits.size() > most_digits || digits[0] == '0') return false;
  if (digits[0] == '1') return digits.size() == 11 && digits[1] >= '2';
  if (digits[0] == '7') return digits.size() == 11;
  constexpr std::string_view two =
      "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
  if (two.find(digits.substr(0, 2)) != std::string_view::npos) return digits[2] != '0' || digits.substr(0, 2) == "39";
  constexpr std::string_view zones = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99";
  return zones.find(digits.substr(0, 2)) != std::string_view::npos;
}

/// Mobile networks and large towns of Germany, mobile networks of Austria, behind the 0.
bool has_known_area(std::string_view area) {
  if (area.size() >= 3 && area.size() <= 4 && area[0] == '1' && area[1] >= '5' && area[1] <= '7') return true;
  constexpr int areas[] = {
      30,  40,  69,  89,  201, 202, 203, 208, 209,  211,  212,  214,  221,  228,  231,  234,  241,  251,  261,  271,  316,  331,  335,  341,  345,  351,  355,
      361, 365, 371, 375, 381, 385, 391, 395, 421,  431,  441,  451,  461,  463,  471,  511,  512,  521,  531,  541,  551,  561,  611,  621,  631,  641,  650,
      651, 660, 661, 662, 664, 676, 680, 681, 699,  711,  721,  731,  732,  741,  751,  761,  771,  781,  821,  831,  841,  851,  861,  871,  881,  906,  911,
      921, 931, 941, 951, 961, 971, 981, 991, 4131, 5241, 5341, 5361, 6131, 6151, 6221, 7031, 7071, 7121, 7131, 7141, 7151, 7541, 8031, 8421, 9131, 9721,
  };
  int number = 0;
  for (const char c : area.substr(0, 5)) number = number * 10 + c - '0';
  return std::binary_search(std::begin(areas), std::end(areas), number);
}

/// Pairs that count up are no telephone number: "01 02 03 04 05".
bool counts_up(std::string_view digits) {
  for (std::size_t i = 2; i + 1 < digits.size(); i += 2)
    if ((digits[i] - digits[i - 2]) * 10 + digits[i + 1] - digits[i - 1] != 1) return false;
  return true;
}

/// National numbers that are told by their groups alone.
bool has_national_form(const Digits& digits) {
  const std::string_view text = digits.text();
  const std::string_view sign = digits.first_sign;
  // France: pairs.
  if (digits.grouped({2, 2, 2, 2, 2})) return digits.same_signs && (sign == " " || sign == "." || sign == "-") && !counts_up(text);
  if (sign == "." || digits.last_sign == ".") return false;
  // Switzerland: "044 668 18 00".
  if (digits.grouped({3, 3, 2, 2}) && digits.same_signs && sign == " ") return true;
  // Sweden: "08-740 681 24", "0657-07 04 99". Stockholm has two digits, the others three or four.
  if (sign == "-" && digits.groups >= 3 && digits.groups <= 4 && digits.last_sign == " " && text.size() >= 8 && text.size() <= 10)
    return digits.sizes[0] <= 4 &&
           std::all_of(digits.sizes.begin() + 1, digits.sizes.begin() + digits.groups, [](auto size) { return size == 2 || size == 3; });
  // London, Cardiff: "020 7496 0073"; mobile networks of the Netherlands: "06-12345678", "06 1234 5678".
  if (digits.grouped({3, 4, 4})) return text.starts_with("02") && sign == " ";
  if (digits.sizes[0] == 2 && text.starts_with("06")) return text.size() == 10 && digits.groups <= 3;
  // Germany, Austria: "07268/34497869". One slash, behind the area.
  return sign == "/" && digits.sizes[0] >= 3 && digits.sizes[0] <= 5 && digits.groups <= 4 && (digits.groups == 2 || digits.last_sign != "/") &&
         digits.sizes[1] >= 3;
}

std::size_t international(std::string_view text, std::size_t at) {
  std::size_t start = at + 1;
  while (start < text.size() && text[start] == ' ') ++start;
  Digits digits = digits_from(text, start);
  // "+49 (0)711": the 0 is not dialled from abroad.
  if (digits.sizes[0] <= 3 && digits.groups > 1 && text.substr(start + digits.sizes[0], 4).find("(0") != std::string_view::npos) digits.erase(digits.sizes[0]);
  return has_country_code(digits.text(), digits.groups) && ends_well(text, digits.end) ? digits.end - at : 0;
}

/// Dates, hours of the day and addresses of networks, which words such as Rückruf and erreichbar stand beside too: "01.03.2026",
/// "2026-03-01", "08.30-16.00", "0800-1600", "192.168.10.11".
bool is_date_or_hours(const Digits& digits) {
  const std::string_view text = digits.text();
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  const auto day_and_month = [&](std::size_t at) { return two(at) <= 31 && two(at + 2) <= 31 && std::min(two(at), two(at + 2)) <= 12; };
  if (digits.area_in_parentheses) return false;
  if (text.size() == 8 && (digits.grouped({2, 2, 4}) || digits.groups == 1) && day_and_month(0) && (two(4) == 19 || two(4) == 20)) return true;
  if (text.size() == 8 && (digits.grouped({4, 2, 2}) || digits.groups == 1) && day_and_month(4) && (two(0) == 19 || two(0) == 20)) return true;
  if (digits.grouped({4, 4}) && digits.first_sign == "-") return two(0) <= 24 && two(2) < 60 && two(4) <= 24 && two(6) < 60;
  return digits.groups == 4 && (digits.first_sign == "." || digits.last_sign == ".");
}

/// National numbers that begin with no 0: 9 to 11 digits, 8 in Norway and Denmark.
bool has_length_without_zero(const Digits& digits) {
  if (digits.size != 8) return digits.size >= 9 && digits.size <= 11;
  const bool blanks = digits.same_signs && digits.first_sign == " ";
  return digits.characters[0] != '1' && (digits.groups == 1 || (blanks && (digits.grouped({2, 2, 2, 2}) || digits.grouped({3, 2, 3}))));
}

/// With what the text says of it, is it a number as it is dialled within the country?
bool is_national(std::string_view text, std::size_t at, const Digits& digits, SpokenOf spoken_of) {
  const std::string_view dialled = digits.text();
  if (is_date_or_hours(digits)) return false;
  if (dialled[0] != '0') return spoken_of == SpokenOf::phone && has_length_without_zero(digits);
  if (dialled.size() < 8 || dialled.size() > 13 || dialled[1] == '0') return false;
  if (spoken_of == SpokenOf::phone) return true;
  if (spoken_of == SpokenOf::other || digits.groups < 2 || digits.groups > 6) return false;
  if (has_national_form(digits)) return true;
  if (dialled.size() < 9 || digits.first_sign == ".") return false;
  if (text[at] == '(') return true;  // nobody writes a part number like that
  return has_known_area(dialled.substr(1, digits.sizes[0] - 1u));
}

}  // namespace

std::size_t phone_at(std::string_view text, std::size_t at, SpokenOf spoken_of) {
  if (text[at] == '+') {
    const std::size_t length = international(text, at);
    return length == 0 ? 0 : behind_extension(text, at + length) - at;
  }
  const Digits digits = digits_from(text, at);
  if (digits.size < 8 || (text[at] == '(' && !digits.area_in_parentheses)) return 0;
  const std::size_t end = behind_extension(text, digits.end);
  if (end == digits.end && !ends_well(text, end)) return 0;
  if (digits.text().starts_with("00")) {
    const std::string_view abroad = digits.text().substr(2);
    const bool known = spoken_of == SpokenOf::phone || digits.groups > 1 || abroad.starts_with("49");
    return known && abroad.size() >= 11 && has_country_code(abroad, digits.groups) ? end - at : 0;
  }
  return is_national(text, at, digits, spoken_of) ? end - at : 0;
}

}  // namespace iai
