#include "formats/single_byte.hpp"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::size_t most_judged = 4000;  // bytes over 0x7F that are looked at

/// In the order of preference: of equals the first.
constexpr std::array<const char*, 5> code_pages{"windows-1252", "ISO-8859-15", "windows-1250", "IBM850", "ISO-8859-2"};

/// Letters beyond ASCII of each language.
constexpr std::array<std::u16string_view, 12> languages{
    u"äöüÄÖÜßé",                            // German
    u"éèêëàâçùûîïôœæÉÈÊÀÂÇÙÎÔŒ",            // French
    u"àèéìòùÀÈÉÌÒÙ",                        // Italian
    u"áéíóúñüÁÉÍÓÚÑÜ",                      // Spanish
    u"ãõáéíóúâêôçàÃÕÁÉÍÓÚÂÊÔÇÀ",            // Portuguese
    u"æøåäöéÆØÅÄÖÉ",                        // Danish, Norwegian, Swedish, Finnish
    u"ëïéèüöËÏÉÈ",                          // Dutch
    u"ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",                  // Polish
    u"áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",      // Czech
    u"áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ",  // Slovak
    u"áéíóöőúüűÁÉÍÓÖŐÚÜŰ",                  // Hungarian
    u"čćđšžČĆĐŠŽ",                          // Slovene, Croatian
};

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_high(char c) { return static_cast<unsigned char>(c) > 0x7F; }

/// A byte over 0x7F and what surrounds it; high neighbours count as letters.
struct Place {
  unsigned char byte;
  char before, behind;
  bool in_word() const { return is_ascii_letter(before) || is_ascii_letter(behind) || is_high(before) || is_high(behind); }
  bool inside_word() const { return (is_ascii_letter(before) || is_high(before)) && (is_ascii_letter(behind) || is_high(behind)); }
};

std::vector<Place> find_places(std::string_view bytes, std::size_t& high) {
  std::vector<Place> places;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!is_high(bytes[at])) continue;
    if (++high <= most_judged)
      places.push_back({static_cast<unsigned char>(bytes[at]), at > 0 ? bytes[at - 1] : ' ', at + 1 < bytes.size() ? bytes[at + 1] : ' '});
  }
  return places;
}

/// Does `sign` stand here in what plants write?
bool is_sign_in_place(char16_t sign, const Place& place) {
  switch (sign) {
    case u'°': return !is_ascii_letter(place.before);
    case u'²':
    case u'³': return is_ascii_letter(place.before);
    case u'µ': return !is_ascii_letter(place.before);
    case u'€': return !is_ascii_letter(place.before) || !is_ascii_letter(place.behind);
    case u'\u00a0': return true;
    case u'±':
    case u'§':
    case u'–':
    case u'„':
    case u'“':
    case u'”':
    case u'…':
    case u'Ø':
    case u'ø':
    case u'½':
    case u'·':
    case u'×': return !place.inside_word();
    default: return false;
  }
}

/// Share of `places` that are letters of one language within words, or signs in place.
double fitting_share(const std::vector<Place>& places, const std::array<char16_t, 256>& page) {
  std::size_t signs = 0, letters = 0;
  for (const auto& place : places) signs += is_sign_in_place(page[place.byte], place) ? 1 : 0;
  for (const auto& language : languages) {
    std::size_t here = 0;
    for (const auto& place : places)
      here += !is_sign_in_place(page[place.byte], place) && place.in_word() && language.find(page[place.byte]) != std::u16string_view::npos ? 1 : 0;
    letters = std::max(letters, here);
  }
  return static_cast<double>(signs + letters) / static_cast<double>(places.size());
}

std::array<char16_t, 256> unicode_page(const char* name) {
  std::array<char16_t, 256> page{};
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(name, &error), &ucnv_close);
  for (std::size_t i = 0; i < page.size() && U_SUCCESS(error); ++i) {
    const char byte = static_cast<char>(i);
    page[i] = icu::UnicodeString(&byte, 1, converter.get(), error).charAt(0);
  }
  return page;
}

/// What uchardet takes the bytes for, when that is a single-byte encoding ICU reads too; else empty.
std::string detected_single_byte(std::string_view bytes) {
  const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(uchardet_new(), &uchardet_delete);
  if (uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return {};
  uchardet_data_end(detector.get());
  const std::string name = uchardet_get_charset(detector.get());
  for (const char* known : {"WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1257", "ISO-8859-2", "ISO-8859-5", "ISO-8859-7",
                            "ISO-8859-9", "ISO-8859-15", "KOI8-R"})
    if (name == known) return name.starts_with("WINDOWS") ? "windows" + name.substr(7) : name;
  return {};
}

}  // namespace

std::array<std::string, 256> single_byte_table(const std::string& encoding, const std::string& file) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(encoding.c_str(), &error), &ucnv_close);
  if (U_FAILURE(error) || ucnv_getMaxCharSize(converter.get()) != 1)
    throw Error(ErrorKind::usage, file + ": encoding '" + encoding + "' is not read",
                "UTF-8, UTF-16LE, UTF-16BE and single-byte encodings such as windows-1252 are");
  std::array<std::string, 256> table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char byte = static_cast<char>(i);
    icu::UnicodeString(&byte, 1, converter.get(), error).toUTF8String(table[i]);
  }
  return table;
}

Encoding find_single_byte(std::string_view bytes) {
  std::size_t high = 0;
  const auto places = find_places(bytes, high);
  Encoding encoding;
  double best = -1;
  for (const char* name : code_pages) {
    const auto share = places.empty() ? 0 : fitting_share(places, unicode_page(name));
    if (share <= best) continue;
    best = share;
    encoding.name = name;
  }
  std::string detected;
  if (best < 0.6 && high > 16) detected = detected_single_byte(bytes);
  if (!detected.empty()) encoding.name = detected;
  else if (best < 0.3) encoding.name = code_pages[0];
  encoding.evidence = fmt::format("encoding {}: {} bytes over 0x7F that are no UTF-8, {}", encoding.name, high,
                                  !detected.empty() ? std::string("told apart by letter frequency")
                                                    : fmt::format("{:.0f} % of them letters of one language or signs in place", 100 * std::max(best, 0.0)));
  return encoding;
}

}  // namespace iai
