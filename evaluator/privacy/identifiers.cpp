#include "evaluator/privacy/identifiers.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "evaluator/privacy/check_digits.hpp"
#include "evaluator/privacy/context_words.hpp"
#include "evaluator/privacy/personal_names.hpp"
#include "evaluator/privacy/phone_numbers.hpp"
#include "evaluator/privacy/vat_numbers.hpp"

namespace iai {

namespace {

constexpr std::uint8_t digit_bit = 1, upper_bit = 2, lower_bit = 4, at_bit = 8, plus_bit = 16, wide_bit = 32;

/// What each byte is.
constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = digit_bit;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = upper_bit;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = lower_bit;
  for (std::size_t c = 0x80; c < 256; ++c) table[c] = wide_bit;
  table['@'] = at_bit;
  table['+'] = plus_bit;
  return table;
}();

std::uint8_t class_of(char c) { return classes[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return class_of(c) == digit_bit; }
bool is_upper(char c) { return class_of(c) == upper_bit; }
bool is_letter(char c) { return (class_of(c) & (upper_bit | lower_bit | wide_bit)) != 0; }
bool is_alnum(char c) { return (class_of(c) & (digit_bit | upper_bit | lower_bit | wide_bit)) != 0; }

/// An identifier begins at `at` when what is before does not make it part of a longer code.
bool may_begin(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (is_alnum(before) || before == '_' || before == '@') return false;
  if (is_upper(text[at]) && (before == ',' || before == '/')) return true;
  if (before != '-' && before != '.' && before != ',' && before != '/' && before != '+') return true;
  return at == 1 ? before == '/' : !is_alnum(text[at - 2]) && before != '-' && before != '.' && before != '+';
}

bool may_end(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  const char next = text[end];
  if (is_alnum(next) || next == '_' || next == '@') return false;
  if (next != '-' && next != '.' && next != ',' && next != '/' && next != ':') return true;
  return end + 1 >= text.size() || !is_alnum(text[end + 1]);
}

/// Letters and digits from a place on, without the single blanks, hyphens and full stops between their groups, each with the end of its character.
struct Compact {
  std::array<char, 40> characters{};
  std::array<std::uint16_t, 40> ends{};  ///< from the place on
  std::size_t size = 0;
  std::string_view first(std::size_t count) const { return {characters.data(), count}; }
};

enum class Dots { no, yes };

Compact compact_from(std::string_view text, std::size_t at, Dots dots, std::size_t most) {
  Compact compact;
  for (std::size_t i = at; i < text.size() && compact.size < most; ++i) {
    const char c = text[i];
    if (is_digit(c) || is_upper(c)) {
      compact.characters[compact.size] = c;
      compact.ends[compact.size++] = static_cast<std::uint16_t>(i + 1 - at);
    } else if ((c != ' ' && c != '-' && (c != '.' || dots == Dots::no)) || i + 1 >= text.size() || !(is_digit(text[i + 1]) || is_upper(text[i + 1]))) {
      break;
    }
  }
  return compact;
}

class Scanner {
 public:
  Scanner(std::string_view text, IdentifierKinds wanted, IdentifierKinds hinted, std::vector<Identifier>& found)
      : text_(text), wanted_(wanted), hinted_(hinted), found_(found) {}

  void scan() {
    std::uint8_t seen = 0;
    std::size_t digits = 0;
    for (const char c : text_) {
      const auto one = class_of(c);
      seen |= one;
      digits += one & digit_bit;
    }
    const auto first = static_cast<std::ptrdiff_t>(found_.size());
    if ((seen & at_bit) != 0 && wanted_.has(IdentifierKind::email)) scan_emails();
    const bool words = (seen & (upper_bit | wide_bit)) != 0 && (seen & lower_bit) != 0;
    names_begin_ = found_.size();
    if (words && wanted_.has(IdentifierKind::name)) find_names(text_, hinted_.has(IdentifierKind::name) ? PersonsColumn::yes : PersonsColumn::no, found_);
    names_end_ = found_.size();
    if (digits >= 6) scan_numbers();
    if (found_.size() - static_cast<std::size_t>(first) > 1) drop_overlaps(first);
  }

 private:
  void drop_overlaps(std::ptrdiff_t first) {
    std::stable_sort(found_.begin() + first, found_.end(), [](const Identifier& a, const Identifier& b) { return a.begin < b.begin; });
    std::size_t end = 0;
    const auto rest = std::remove_if(found_.begin() + first, found_.end(), [&](const Identifier& one) {
      if (one.begin < end) return true;
      end = one.end;
      return false;
    });
    found_.erase(rest, found_.end());
  }

  void scan_emails() {
    for (std::size_t sign = text_.find('@'); sign != std::string_view::npos; sign = text_.find('@', sign + 1)) {
      std::size_t begin = sign, end = sign + 1, label = end;
      const auto local = [](char c) {
        return is_digit(c) || (class_of(c) & (upper_bit | lower_bit)) != 0 || std::string_view("._%+-").find(c) != std::string_view::npos;
      };
      while (begin > 0 && sign - begin < 64 && local(text_[begin - 1])) --begin;
      while (begin < sign && (text_[begin] == '.' || text_[begin] == '-')) ++begin;
      while (end < text_.size() && (is_digit(text_[end]) || (class_of(text_[end]) & (upper_bit | lower_bit)) != 0 || text_[end] == '-' || text_[end] == '.')) {
        if (text_[end] == '.') {
          if (end == label) break;  // an empty label
          label = end + 1;
        }
        ++end;
      }
      while (end > sign + 1 && (text_[end - 1] == '.' || text_[end - 1] == '-')) --end;
      const std::size_t dot = text_.substr(0, end).rfind('.');
      if (begin == sign || text_[sign - 1] == '.' || dot == std::string_view::npos || dot < sign + 2 || !is_top_domain(text_.substr(dot + 1, end - dot - 1)))
        continue;
      if (end < text_.size() && (is_alnum(text_[end]) || text_[end] == '_' || text_[end] == '@')) continue;
      add(IdentifierKind::email, Evidence::verified, begin, end);
    }
  }

  /// Two letters or more, and none that files end in ("pump@2x.png").
  static bool is_top_domain(std::string_view label) {
    if (label.size() < 2 || label.size() > 24 || !std::all_of(label.begin(), label.end(), [](char c) { return (class_of(c) & (upper_bit | lower_bit)) != 0; }))
      return false;
    constexpr std::string_view files[] = {"bmp", "csv", "gif", "gz",   "jpeg", "jpg", "json", "log", "pdf",
                                          "png", "svg", "tif", "tiff", "txt",  "wav", "webp", "xml", "zip"};
    return std::find(std::begin(files), std::end(files), label) == std::end(files);
  }

  void scan_numbers() {
    for (std::size_t at = 0; at + 6 < text_.size();) {
      const char c = text_[at];
      if (is_digit(c) || is_upper(c) || c == '+' || c == '(') {
        const std::size_t end = may_begin(text_, at) ? number_at(at) : 0;
        if (end > at) {
          at = end;
          continue;
        }
        if (c == '+' || c == '(') {
          ++at;
          continue;
        }
        while (at < text_.size() && is_alnum(text_[at])) ++at;  // to the end of this word
        continue;
      }
      if (is_letter(c)) {
        while (at < text_.size() && is_alnum(text_[at])) ++at;
        continue;
      }
      ++at;
    }
  }

  /// The end of what begins at `at`, verified or a look-alike; 0 when nothing does.
  std::size_t number_at(std::size_t at) {
    const char c = text_[at];
    if (is_upper(c)) {
      if (!is_upper(text_[at + 1])) return vin_at(at);
      if (const std::size_t end = iban_at(at); end > 0) return end;
      if (const std::size_t end = vin_at(at); end > 0) return end;
      return vat_at(at);
    }
    if (is_digit(c)) {
      if (const std::size_t end = vin_at(at); end > 0) return end;
      if (const std::size_t end = insurance_at(at); end > 0) return end;
      if (c != '0' && spoken_of_number(at, at) == SpokenOf::phone)
        if (const std::size_t end = phone_from(at); end > 0) return end;
      if (const std::size_t end = digits_at(at); end > 0) return end;
    }
    return phone_from(at);
  }

  std::size_t phone_from(std::size_t at) {
    const char c = text_[at];
    if (is_upper(c) || !wanted_.has(IdentifierKind::phone)) return 0;
    // Another group of digits before: the middle of a longer number.
    if (c != '+' && at >= 5 && text_[at - 1] == ' ' &&
        std::all_of(text_.begin() + static_cast<std::ptrdiff_t>(at) - 5, text_.begin() + static_cast<std::ptrdiff_t>(at) - 1, is_digit))
      return 0;
    // Most texts are told without their words.
    const std::size_t most = phone_at(text_, at, SpokenOf::phone);
    if (most == 0) return 0;
    const SpokenOf said = c == '+' ? SpokenOf::nothing : spoken_of_number(at, at + most);
    const std::size_t length = said == SpokenOf::phone ? most : phone_at(text_, at, said);
    return length > 0 ? add(IdentifierKind::phone, Evidence::verified, at, at + length) : 0;
  }

  SpokenOf spoken_of_number(std::size_t begin, std::size_t end) const {
    if (hinted_.has(IdentifierKind::phone)) return SpokenOf::phone;
    const SpokenOf before = spoken_of_before(text_, begin);
    if (before != SpokenOf::nothing) return before;
    // "Anna Weber, 07262 99653", "Anna Weber (07262 99653)"
    for (std::size_t i = names_begin_; i < names_end_; ++i)
      if (found_[i].end < begin && begin - found_[i].end <= 4 &&
          text_.substr(found_[i].end, begin - found_[i].end).find_first_not_of(" ,:;(-/") == std::string_view::npos)
        return SpokenOf::phone;
    return spoken_of_behind(text_, end) == SpokenOf::phone ? SpokenOf::phone : SpokenOf::nothing;
  }

  std::size_t add(IdentifierKind kind, Evidence evidence, std::size_t begin, std::size_t end) {
    found_.push_back({kind, evidence, begin, end});
    return end;
  }

  std::size_t iban_at(std::size_t at) {
    if (!wanted_.has(IdentifierKind::iban) || at + 15 > text_.size() || !is_digit(text_[at + 2]) || !is_digit(text_[at + 3])) return 0;
    const std::size_t length = iban_length(text_.substr(at, 2));
    if (length == 0) return 0;
    const Compact compact = compact_from(text_, at, Dots::no, length);
    if (compact.size < length) return 0;
    const std::size_t end = at + compact.ends[length - 1];
    if (!may_end(text_, end)) return 0;
    return add(IdentifierKind::iban, is_iban(compact.first(length)) ? Evidence::verified : Evidence::look_alike, at, end);
  }

  std::size_t vat_at(std::size_t at) {
    if (!wanted_.has(IdentifierKind::vat)) return 0;
    const std::string_view country = text_.substr(at, 2);
    if (!has_vat_numbers(country)) return 0;
    const Compact compact = compact_from(text_, at, Dots::yes, 15);
    std::size_t look_alike = 0;
    for (std::size_t length = compact.size; length >= 8; --length) {
      const std::size_t end = at + compact.ends[length - 1];
      if (!is_vat_length(country, length) || !may_end(text_, end)) continue;
      if (is_vat_number(compact.first(length))) return add(IdentifierKind::vat, Evidence::verified, at, end);
      const auto digits = std::count_if(compact.characters.begin() + 2, compact.characters.begin() + static_cast<std::ptrdiff_t>(length), is_digit);
      if (look_alike == 0 && digits + 4 >= static_cast<std::ptrdiff_t>(length)) look_alike = end;
    }
    return look_alike > 0 ? add(IdentifierKind::vat, Evidence::look_alike, at, look_alike) : 0;
  }

  std::size_t vin_at(std::size_t at) {
    if (!wanted_.has(IdentifierKind::vin) || at + 17 > text_.size() || !may_end(text_, at + 17)) return 0;
    const std::string_view word = text_.substr(at, 17);
    if (!has_vin_shape(word)) return 0;
    const bool sure =
        has_vin_check_digit(word) || has_european_vin_maker(word) || hinted_.has(IdentifierKind::vin) || spoken_of_before(text_, at) == SpokenOf::vehicle;
    return add(IdentifierKind::vin, sure ? Evidence::verified : Evidence::look_alike, at, at + 17);
  }

  std::size_t insurance_at(std::size_t at) {
    if (!wanted_.has(IdentifierKind::social_insurance) || at + 12 > text_.size()) return 0;
    const Compact compact = compact_from(text_, at, Dots::no, 12);
    if (compact.size < 12 || !is_upper(compact.characters[8]) || std::count_if(compact.characters.begin(), compact.characters.begin() + 12, is_digit) != 11)
      return 0;
    const std::size_t end = at + compact.ends[11];
    if (!may_end(text_, end)) return 0;
    return add(IdentifierKind::social_insurance, is_german_insurance_number(compact.first(12)) ? Evidence::verified : Evidence::look_alike, at, end);
  }

  /// Cards and tax ids: digits, perhaps in groups.
  std::size_t digits_at(std::size_t at) {
    std::string digits;
    std::size_t end = at, groups = 0, shortest = 99;
    char sign = 0;
    for (std::size_t i = at; i < text_.size() && is_digit(text_[i]) && digits.size() < 24; ++groups) {
      const std::size_t begin = i;
      while (i < text_.size() && is_digit(text_[i]) && digits.size() < 24) digits += text_[i++];
      end = i;
      shortest = std::min(shortest, end - begin);
      if (i + 1 >= text_.size() || (text_[i] != ' ' && text_[i] != '-') || (sign != 0 && text_[i] != sign) || !is_digit(text_[i + 1])) break;
      sign = text_[i++];
    }
    if (digits.size() < 11 || (groups > 0 && shortest < 2) || !may_end(text_, end)) return 0;
    if (digits.size() == 11 && digits[0] != '0' && sign != '-' && wanted_.has(IdentifierKind::tax_id))
      return add(IdentifierKind::tax_id, is_german_tax_id(digits) ? Evidence::verified : Evidence::look_alike, at, end);
    if (!wanted_.has(IdentifierKind::card) || shortest < 3 || digits.size() < 12 || digits.size() > 19) return 0;
    const SpokenOf said = spoken_of_before(text_, at);
    if (!has_card_issuer(digits) && (said != SpokenOf::card || digits[0] < '2' || digits[0] > '6')) return 0;
    // A serial number of many digits passes in one case of ten: not where the text says that it is one.
    const bool sure = has_luhn_digit(digits) && (said != SpokenOf::other || groups > 1);
    return add(IdentifierKind::card, sure ? Evidence::verified : Evidence::look_alike, at, end);
  }

  std::string_view text_;
  IdentifierKinds wanted_, hinted_;
  std::vector<Identifier>& found_;
  std::size_t names_begin_ = 0, names_end_ = 0;  ///< of the names in found_
};

}  // namespace

IdentifierKinds kinds_of_column(std::string_view name) {
  struct Word {
    std::string_view text;
    IdentifierKind kind;
  };
  constexpr Word words[] = {{"telefon", IdentifierKind::phone},  {"tel", IdentifierKind::phone},       {"phone", IdentifierKind::phone},
                            {"handy", IdentifierKind::phone},    {"mobil", IdentifierKind::phone},     {"mobile", IdentifierKind::phone},
                            {"fax", IdentifierKind::phone},      {"téléphone", IdentifierKind::phone}, {"telefono", IdentifierKind::phone},
                            {"teléfono", IdentifierKind::phone}, {"telefoon", IdentifierKind::phone},  {"telefonnummer", IdentifierKind::phone},
                            {"vin", IdentifierKind::vin},        {"fin", IdentifierKind::vin},         {"fahrgestellnummer", IdentifierKind::vin},
                            {"name", IdentifierKind::name},      {"vorname", IdentifierKind::name},    {"nachname", IdentifierKind::name},
                            {"bediener", IdentifierKind::name},  {"operator", IdentifierKind::name},   {"mitarbeiter", IdentifierKind::name},
                            {"werker", IdentifierKind::name},    {"prüfer", IdentifierKind::name},     {"ansprechpartner", IdentifierKind::name},
                            {"kontakt", IdentifierKind::name},   {"contact", IdentifierKind::name},    {"employee", IdentifierKind::name},
                            {"worker", IdentifierKind::name}};
  IdentifierKinds kinds;
  for (std::size_t at = 0; at < name.size();) {
    while (at < name.size() && !is_letter(name[at])) ++at;
    std::string lower;
    for (; at < name.size() && is_letter(name[at]); ++at) lower += is_upper(name[at]) ? static_cast<char>(name[at] - 'A' + 'a') : name[at];
    for (const auto& word : words)
      if (word.text == lower) kinds.add(word.kind);
  }
  return kinds;
}

void find_identifiers(std::string_view text, IdentifierKinds wanted, IdentifierKinds hinted, std::vector<Identifier>& found) {
  Scanner(text, wanted, hinted, found).scan();
}

}  // namespace iai
