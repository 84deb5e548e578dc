#include "evaluator/privacy/context_words.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include "formats/ascii.hpp"

namespace iai {

namespace {

// In lower case; German, English, French, Italian, Spanish, Portuguese, Dutch, Polish, Czech and the Nordic languages.
constexpr std::string_view phone[] = {
    "anruf",
    "anrufen",
    "appeler",
    "appelez",
    "bel",
    "bellen",
    "bereitschaft",
    "call",
    "callback",
    "called",
    "cellulare",
    "dial",
    "durchwahl",
    "erreichbar",
    "fax",
    "faxnummer",
    "fon",
    "gerufen",
    "gsm",
    "handy",
    "handynr",
    "handynummer",
    "hotline",
    "joignable",
    "kom",
    "komórka",
    "llamar",
    "mobiel",
    "mobil",
    "mobile",
    "mobilnummer",
    "mobiltelefon",
    "móvil",
    "notdienst",
    "notruf",
    "phone",
    "portable",
    "rappeler",
    "reachable",
    "reached",
    "richiamare",
    "ringa",
    "ruf",
    "rufnummer",
    "rückfragen",
    "rückruf",
    "sms",
    "telefone",
    "telefonisch",
    "telefonnr",
    "telefonnummer",
    "telefono",
    "telefonu",
    "telefoon",
    "telefon",
    "telephone",
    "teléfono",
    "telemóvel",
    "tel",
    "tfn",
    "tlf",
    "tél",
    "téléphone",
    "téléphoner",
    "volat",
    "whatsapp",
    "zadzwonić",
    "zavolat",
    "zurückrufen",
    "chiamare",
    "dzwonić",
    "mobilní",
    "rufbereitschaft",
    "mob",
};
constexpr std::string_view card[] = {"abgebucht",
                                     "belastet",
                                     "bezahlt",
                                     "bezahlung",
                                     "zahlung",
                                     "paid",
                                     "payment",
                                     "paiement",
                                     "payé",
                                     "pagamento",
                                     "pagato",
                                     "pago",
                                     "pagado",
                                     "betaling",
                                     "betaald",
                                     "płatność",
                                     "zapłacono",
                                     "platba",
                                     "placeno",
                                     "betalning",
                                     "betalt",
                                     "amex",
                                     "card",
                                     "carta",
                                     "carte",
                                     "cartão",
                                     "creditcard",
                                     "firmenkarte",
                                     "firmenkreditkarte",
                                     "kaart",
                                     "karta",
                                     "karte",
                                     "kartennummer",
                                     "kartou",
                                     "kartą",
                                     "kort",
                                     "kreditkarte",
                                     "kreditkort",
                                     "maestro",
                                     "mastercard",
                                     "tarjeta",
                                     "visa"};
constexpr std::string_view vehicle[] = {"chassis", "fahrgestell", "fahrgestellnummer", "fahrzeug", "fin", "vin"};
constexpr std::string_view other[] = {
    "alarm",
    "art",
    "article",
    "artikel",
    "artikelnummer",
    "artikelnr",
    "artykuł",
    "auftrag",
    "auftragsnummer",
    "barcode",
    "batch",
    "beleg",
    "bestellnummer",
    "bestellung",
    "charge",
    "chargennummer",
    "code",
    "codice",
    "commande",
    "counter",
    "din",
    "drawing",
    "díl",
    "ean",
    "epoch",
    "error",
    "fehler",
    "fehlercode",
    "firmware",
    "fw",
    "gtin",
    "id",
    "invoice",
    "ip",
    "iso",
    "lieferschein",
    "los",
    "losnummer",
    "lot",
    "material",
    "materialnummer",
    "matricola",
    "matériel",
    "ordine",
    "order",
    "part",
    "pedido",
    "pn",
    "rechnung",
    "ref",
    "n",
    "reference",
    "referencia",
    "rev",
    "rechnungsnummer",
    "référence",
    "sach",
    "sachnummer",
    "sap",
    "serial",
    "serie",
    "serien",
    "seriennr",
    "seriennummer",
    "serienummer",
    "seryjny",
    "sn",
    "série",
    "teil",
    "teile",
    "teilenummer",
    "teilnr",
    "ticket",
    "uid",
    "uuid",
    "version",
    "wert",
    "výrobní",
    "zakázka",
    "zamówienie",
    "zeichnung",
    "zähler",
    "číslo",
    "zählerstand",
    "messwert",
    "value",
    "fehlernummer",
};

SpokenOf meaning_of(std::string_view word) {
  static const auto words = [] {
    std::unordered_map<std::string_view, SpokenOf> map;
    const auto add = [&](std::span<const std::string_view> list, SpokenOf meaning) {
      for (const auto one : list) map.emplace(one, meaning);
    };
    add(phone, SpokenOf::phone);
    add(card, SpokenOf::card);
    add(vehicle, SpokenOf::vehicle);
    add(other, SpokenOf::other);
    return map;
  }();
  std::array<char, 24> lowered{};
  if (word.size() > lowered.size()) return SpokenOf::nothing;
  for (std::size_t i = 0; i < word.size(); ++i) lowered[i] = lower(word[i]);
  const auto found = words.find({lowered.data(), word.size()});
  return found == words.end() ? SpokenOf::nothing : found->second;
}

bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

/// Between what a number is and the number: "part no. 0986".
constexpr std::string_view number_words[] = {"No", "Nr", "Nummer", "n", "no", "nr", "num", "number", "nummer", "numer", "číslo"};

constexpr std::size_t longest_gap = 6, longest_word = 24;

}  // namespace

SpokenOf spoken_of_before(std::string_view text, std::size_t at) {
  std::size_t end = at;
  bool beside = true;  // nothing between but "no."
  for (int word = 0; word < 4; ++word) {
    const std::size_t from = end;
    while (end > 0 && !is_letter(text[end - 1]) && from - end < longest_gap) --end;
    std::size_t begin = end;
    while (begin > 0 && is_letter(text[begin - 1]) && end - begin < longest_word) --begin;
    if (begin == end) return SpokenOf::nothing;
    const std::string_view said = text.substr(begin, end - begin);
    const SpokenOf meaning = meaning_of(said);
    if (meaning != SpokenOf::nothing && (meaning != SpokenOf::other || beside)) return meaning;
    beside = beside && std::find(std::begin(number_words), std::end(number_words), said) != std::end(number_words);
    end = begin;
  }
  return SpokenOf::nothing;
}

SpokenOf spoken_of_behind(std::string_view text, std::size_t end) {
  if (end < text.size() && text[end] == ')') ++end;
  if (end >= text.size() || text[end] != ' ') return SpokenOf::nothing;
  const std::size_t begin = ++end;
  while (end < text.size() && is_letter(text[end])) ++end;
  return meaning_of(text.substr(begin, end - begin));
}

}  // namespace iai
