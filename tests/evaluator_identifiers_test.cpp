#include "evaluator/privacy/identifiers.hpp"

#include <doctest/doctest.h>

#include <string>

#include "evaluator/privacy/check_digits.hpp"
#include "evaluator/privacy/given_names.hpp"
#include "evaluator/privacy/vat_numbers.hpp"

using namespace iai;

namespace {

/// "kind:text" of what is verified, with commas between.
std::string found(std::string_view text, std::string_view column = "") {
  constexpr const char* names[] = {"iban", "vat", "tax-id", "social-insurance", "card", "vin", "email", "phone", "name"};
  std::vector<Identifier> list;
  find_identifiers(text, IdentifierKinds::all(), kinds_of_column(column), list);
  std::string out;
  for (const auto& one : list)
    if (one.evidence == Evidence::verified)
      out += (out.empty() ? "" : ", ") + std::string(names[static_cast<int>(one.kind)]) + ":" + std::string(text.substr(one.begin, one.end - one.begin));
  return out;
}

/// `text` with another digit in place of its last one.
std::string spoilt(std::string text) {
  auto& last = text[text.find_last_of("0123456789")];
  last = static_cast<char>('0' + (last - '0' + 1) % 10);
  return text;
}

}  // namespace

TEST_CASE("IBAN: the registry's examples, and none with another digit") {
  for (const char* text : {"DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NO9386011117947",
                           "MT84MALT011000012345MTLCAST001S", "AT611904300234573201", "CH9300762011623852957", "NL91ABNA0417164300", "BE68539007547034",
                           "ES9121000418450200051332", "IT60X0542811101000000123456", "PL61109010140000071219812874", "SE4550000000058398257466"}) {
    CAPTURE(text);
    CHECK(is_iban(text));
    CHECK_FALSE(is_iban(spoilt(text)));
  }
  CHECK_FALSE(is_iban("DE8937040044053201300"));
  CHECK_FALSE(is_iban("XX89370400440532013000"));
  CHECK_FALSE(is_iban("DEA937040044053201300"));
  CHECK_FALSE(is_iban(""));
}

TEST_CASE("VAT numbers of every state, and none with another digit") {
  for (const char* text :
       {"ATU13585627",    "BE0403019261", "BG175074752", "CY10259033P",   "CZ25123891",    "DE136695976",    "DK13585628",    "EE100931558",   "EL094259216",
        "ES54362315K",    "ESB58378431",  "ESX2482300W", "FI20774740",    "FR40303265045", "FR23334175221",  "FRK7399859412", "HR33392005961", "HU12892312",
        "IE6433435F",     "IE6433435OA",  "IE8D79739I",  "IT00743110157", "LT119511515",   "LT100001919017", "LU15027442",    "LV40003521600", "MT11679112",
        "NL004495445B01", "PL8567346215", "PT501964843", "RO18547290",    "SI50223054",    "SK2022749619",   "SE556188840401"}) {
    CAPTURE(text);
    CHECK(is_vat_number(text));
    if (std::string_view(text).starts_with("NL") || std::string_view(text).starts_with("SE")) continue;  // their last digits are no check digits
    CHECK_FALSE(is_vat_number(spoilt(text)));
  }
  CHECK_FALSE(is_vat_number("DE000000000"));
  CHECK_FALSE(is_vat_number("FR"));
  CHECK_FALSE(is_vat_number("F"));
  CHECK_FALSE(is_vat_number(""));
  CHECK_FALSE(is_vat_number("ATUABCDEFGH"));
}

TEST_CASE("German tax ids, insurance numbers, cards and vehicles") {
  for (const char* text : {"86095742719", "47036892816", "65929970489"}) {
    CHECK(is_german_tax_id(text));
    CHECK_FALSE(is_german_tax_id(spoilt(text)));
  }
  CHECK_FALSE(is_german_tax_id("12345678903"));  // no digit occurs twice
  CHECK(is_german_insurance_number("65170839J003"));
  CHECK(is_german_insurance_number("15070649C103"));
  CHECK_FALSE(is_german_insurance_number("15070649C104"));
  CHECK_FALSE(is_german_insurance_number("15073249C103"));
  for (const char* text :
       {"4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000", "30569309025904", "2223003122003222"}) {
    CAPTURE(text);
    CHECK(has_luhn_digit(text));
    CHECK(has_card_issuer(text));
    CHECK_FALSE(has_luhn_digit(spoilt(text)));
  }
  CHECK_FALSE(has_card_issuer("1764032400000000"));
  CHECK(has_vin_check_digit("1M8GDM9AXKP042788"));
  CHECK_FALSE(has_vin_check_digit("1M8GDM9A1KP042788"));
  CHECK_FALSE(has_vin_shape("11111111111111111"));
  CHECK(has_european_vin_maker("WVWZZZ1JZ3W386752"));
}

TEST_CASE("in texts: groups, sentences, and no part of a longer code") {
  CHECK(found("bitte an DE89 3704 0044 0532 0130 00, danke") == "iban:DE89 3704 0044 0532 0130 00");
  CHECK(found("USt-IdNr.: DE 136695976.") == "vat:DE 136695976");
  CHECK(found("UID ATU13585627 / NL004495445B01") == "vat:ATU13585627, vat:NL004495445B01");
  CHECK(found("PL 856-734-62-15 und SK2022749619") == "vat:PL 856-734-62-15, vat:SK2022749619");
  CHECK(found("BE 0403.019.261") == "vat:BE 0403.019.261");
  CHECK(found("Karte 4111 1111 1111 1111 gesperrt") == "card:4111 1111 1111 1111");
  CHECK(found("IdNr 86 095 742 719") == "tax-id:86 095 742 719");
  CHECK(found("RV 15 070649 C 103") == "social-insurance:15 070649 C 103");
  CHECK(found("1M8GDM9AXKP042788") == "vin:1M8GDM9AXKP042788");
  CHECK(found("FIN: WBSBL92060JR08716") == "vin:WBSBL92060JR08716");
  CHECK(found("Mail an h.meier+werk2@example.co.uk, cc <x@y.de>") == "email:h.meier+werk2@example.co.uk, email:x@y.de");
  // What plants write.
  for (const char* text : {"DE00 3704 0044 0532 0130 00",
                           "X-4111111111111111",
                           "4111111111111111-7",
                           "0.4111111111111111",
                           "A4111111111111111",
                           "pump@2x.png",
                           "user@localhost",
                           "20260301120000",
                           "1764032400000",
                           "550e8400-e29b-41d4-a716-446655440000",
                           "2026-03-01 12:00:00,500",
                           "12.345678901",
                           "3,4111111111111111",
                           "0 445 110 183",
                           "0445-110-183",
                           "000000000012345678",
                           "SN 0004711-0815",
                           "+12.5",
                           "+123456.75",
                           "-20000000000",
                           "192.168.10.11",
                           "M12x1,5 DIN 933",
                           "12:30:45",
                           "@",
                           "a@b",
                           "DE",
                           "Maschine 4 steht",
                           "Anna",
                           "Kalibrierung von Sensor 5"})
    CHECK_MESSAGE(found(text) == "", text);
}

TEST_CASE("telephone numbers") {
  CHECK(found("Tel. 0711 123456") == "phone:0711 123456");
  CHECK(found("+49 711 123456-78") == "phone:+49 711 123456-78");
  CHECK(found("+49 (0)711 1234567") == "phone:+49 (0)711 1234567");
  CHECK(found("(0711) 123 45 67") == "phone:(0711) 123 45 67");
  CHECK(found("(02922) 446962") == "phone:(02922) 446962");
  CHECK(found("02922 446962") == "");
  CHECK(found("0171/2345678 am 12.03.2026") == "phone:0171/2345678");
  CHECK(found("+4915112345678") == "phone:+4915112345678");
  CHECK(found("+1 212 555 0123") == "phone:+1 212 555 0123");
  CHECK(found("0049 711 1234567") == "phone:0049 711 1234567");
  CHECK(found("07115551234", "Telefon") == "phone:07115551234");
  CHECK(found("07115551234", "Seriennummer") == "");
  CHECK(found("+99 123 456 789 01") == "phone:+99 123 456 789 01");
}

TEST_CASE("names of persons") {
  CHECK(found("Frau Sommer informiert") == "name:Sommer");
  CHECK(found("Herr Dr. Öztürk rief an") == "name:Öztürk");
  CHECK(found("Lager getauscht, Anna Weber") == "name:Anna Weber");
  CHECK(found("geprüft von K. Weber") == "name:K. Weber");
  CHECK(found("Bediener: Jürgen meldet Geräusch") == "name:Jürgen");
  CHECK(found("Weber, Anna") == "name:Weber, Anna");
  CHECK(found("Hans-Peter Müller-Lüdenscheidt war da") == "name:Hans-Peter Müller-Lüdenscheidt");
  CHECK(found("Sabine", "Bediener") == "name:Sabine");
  for (const char* text : {"Max Drehzahl erreicht", "limited by Max Speed", "Frau", "von Hand", "Test Anna1 B2", "Otto Motor", "Herr Kollegen", "August 2026",
                           "ANNA WEBER GMBH", "Anna Pumpe"})
    CHECK_MESSAGE(found(text) == "", text);
  for (const auto list : {given_names(), ambiguous_given_names()})
    for (std::size_t i = 1; i < list.size(); ++i) CHECK(list[i - 1] < list[i]);
}

TEST_CASE("telephone numbers as each country writes them") {
  for (const char* number :
       {"01 58 71 36 06",     "01.58.71.36.06",        "+33 (0)6 95 36 62 58", "044 668 18 00",       "+41 44 668 18 00",       "07268/34497869",
        "0664 1234567",       "+43 (0) 6436 62585178", "020 7496 0073",        "(0113) 4960681",      "+44 (0)131 496 0851",    "06-12345678",
        "+31 (0)20 123 4567", "08-740 681 24",         "0657-07 04 99",        "+46 (0)8 759 838 67", "+420 603 158 683",       "00420 603 158 683",
        "+48 22 657 07 04",   "+34 981 86 90 73",      "+39 045 374068",       "+1 212 555 0123 x12", "+44 20 7496 0073 ext. 4"}) {
    CHECK_MESSAGE(found(std::string("steht, ") + number) == std::string("phone:") + number, number);
    CHECK_MESSAGE(found(std::string("(") + number + ") kommt") == std::string("phone:") + number, number);
  }
  // With a word beside: digits without groups, and those that begin with no 0.
  CHECK(found("Tel. 03374068124") == "phone:03374068124");
  CHECK(found("erreichbar unter 07262 99653") == "phone:07262 99653");
  CHECK(found("bitte 07262 99653 anrufen") == "phone:07262 99653");
  CHECK(found("rappeler le 0232781286") == "phone:0232781286");
  CHECK(found("cellulare 333 8906820") == "phone:333 8906820");
  CHECK(found("tel. 883 374 068") == "phone:883 374 068");
  CHECK(found("tlf 970 85 857") == "phone:970 85 857");
  CHECK(found("phone: 45227614") == "phone:45227614");
  CHECK(found("móvil 612 345 678") == "phone:612 345 678");
  CHECK(found("Anna Weber, 07262 99653") == "name:Anna Weber, phone:07262 99653");
  CHECK(found("Rechnung an 0621 7697576 geschickt") == "phone:0621 7697576");
  for (const char* text : {"883 374 068",
                           "07262 99653",
                           "03374068124",
                           "333 8906820",
                           "0 445 110 183",
                           "0986 494 123",
                           "SN 01712345678",
                           "S/N 0171 2345678",
                           "Artikel 0711 123456",
                           "part no. 0171 234567",
                           "Fehlercode 0231 4455 2233",
                           "Call ID 03152326519",
                           "01 02 03 04 05",
                           "01.03.2026 08.15",
                           "Firmware 01.58.71.36.06",
                           "10.20.30.40",
                           "0123/45.678-01",
                           "0,0012 0,0013 0,0011",
                           "3514 0209 9008 7695",
                           "Rückruf am 01.03.2026",
                           "Rückruf 2026-03-01 12:30",
                           "Anruf 05.11.2026 14:30",
                           "anrufen 20260301",
                           "call back 05/11/2026",
                           "erreichbar 08.30-16.00 Uhr",
                           "erreichbar 07:30-16:00",
                           "erreichbar 0800-1600",
                           "call 192.168.10.11",
                           "call 192.168.100.20",
                           "Rückruf 12.03.2026 bis 12:00",
                           "Hotline 24/7",
                           "Zähler 0004711 0815 0012",
                           "Drehzahl 1450 1460 1470",
                           "Tel",
                           "0711-123-456-7-8-9-1-2-3-4",
                           "2026-03-01 12:30"})
    CHECK_MESSAGE(found(text) == "", text);
}

TEST_CASE("payment cards: short and old numbers count beside a word") {
  for (const char* number :
       {"4222222222222", "502067864368", "6759649826438453", "213155432790793", "4111 1111 1111 1111", "3782 822463 10005", "4000000000000000006"}) {
    if (!has_luhn_digit(number) && std::string_view(number).find(' ') == std::string_view::npos) continue;
    CHECK_MESSAGE(found(std::string("mit Karte ") + number + " bezahlt") == std::string("card:") + number, number);
    CHECK_MESSAGE(found(std::string("card ") + spoilt(number)) == "", number);
  }
  for (const char* text : {"4222222222222", "502067864368", "EAN 4006381333931", "SN 4111111111111111", "Seriennummer 5555555555554444", "Karte 1111111111117"})
    CHECK_MESSAGE(found(text) == "", text);
}

TEST_CASE("names of persons in other languages") {
  for (const char* text : {"Mme Dupont", "M. Pasquier", "Monsieur Leroy", "Sig. Detti", "Sig.ra Comboni", "Dott.ssa Bellini", "Sr. Toro", "señora Ruiz",
                           "dhr. van der Heijden", "meneer Timmerman", "pan Owsiak", "paní Kučerová", "fru Hedström", "Mr Hardy", "Mrs. O'Brien",
                           "Fr. Mayerhofer", "Dipl.-Ing. Oderwald", "Herrn von der Heide"}) {
    const std::string_view whole = text;
    const auto names = found(whole);
    CAPTURE(text);
    CHECK(names.starts_with("name:"));
    CHECK(whole.ends_with(names.substr(5)));
  }
  for (const char* name : {"Vincent van der Ploeg", "Łukasz Wójcik", "Štěpánka Říhová", "Åsa Lindqvist", "Émile Jean-Gautier", "Rocío Gallego",
                           "Jean-Luc Dupont", "Weber, Anna", "Max Weber", "Marcel de Evrard", "André Da Silva", "K. Weber", "Lucy O'Brien", "Ian McGregor"})
    CHECK_MESSAGE(found(std::string("ok, ") + name + " informiert") == std::string("name:") + name, name);
  CHECK(found("approved by Milan Stahr") == "name:Milan Stahr");
  CHECK(found("gemeldet von Xenobia Kowalska") == "name:Xenobia Kowalska");
  CHECK(found("Anna M. hat Spätschicht") == "name:Anna M");
  CHECK(found("Kollege Müller") == "name:Müller");
  for (const char* text : {"Siemens S7-1500",
                           "Bosch Rexroth Pumpe",
                           "Robert Bosch GmbH",
                           "Carl Zeiss Koordinatenmessgerät",
                           "Georg Fischer Kugelhahn",
                           "Walter AG",
                           "Simona Kalan s.p.",
                           "Máté Tóth Kft.",
                           "Firma Anna Weber",
                           "Anna Weber GmbH",
                           "Heidenhain LC 415",
                           "DIN EN 10204",
                           "ISO 2768-mK",
                           "Montag Frühschicht",
                           "August Bericht",
                           "in March April May",
                           "Iris Blende",
                           "Rose Fitting",
                           "Jack Plug",
                           "Chuck Pressure",
                           "Henry Value",
                           "Pascal Unit",
                           "Mark Position",
                           "Rainer Alkohol",
                           "Max Speed",
                           "Viola Farbton",
                           "Bad Homburg",
                           "Sankt Georgen",
                           "rue Marie Curie",
                           "Via Giuseppe Verdi",
                           "Saint Martin Nord",
                           "Linie B. Ventil",
                           "z. B. Motor",
                           "z. B. Kolben",
                           "z.B. Kolben prüfen",
                           "Unie van de Comoren",
                           "Máximo de Ops",
                           "typ to p. Jeżeli",
                           "A. Kolben prüfen",
                           "Piotrków Trybunalski",
                           "Pierre S.A.",
                           "Dean Hill",
                           "Frau am Empfang",
                           "Alfa Laval",
                           "Allen Bradley",
                           "mit Bosch Rexroth besprochen",
                           "von Siemens Energy",
                           "laut Hersteller Kuka",
                           "Parker Hannifin",
                           "Victoria Station",
                           "Werkzeug Hoffmann",
                           "Wago 750-343",
                           "Lincoln Electric"})
    CHECK_MESSAGE(found(text) == "", text);
}

TEST_CASE("whatever the text: places in order, apart, within it") {
  constexpr std::string_view pieces[] = {"DE",
                                         "89",
                                         "370400440532013000",
                                         " ",
                                         "-",
                                         ".",
                                         "@",
                                         "+49",
                                         "(0",
                                         ")",
                                         "/",
                                         "711",
                                         "0",
                                         "Frau",
                                         "Anna",
                                         "Weber",
                                         ", ",
                                         "K.",
                                         "x",
                                         "\xC3",
                                         "\xC3\x96",
                                         "VIN",
                                         "1M8GDM9AXKP042788",
                                         "C103",
                                         "_",
                                         ":",
                                         "4111111111111111"};
  std::uint64_t state = 1;
  const auto next = [&](std::size_t limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % limit;
  };
  std::vector<Identifier> list;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t count = next(9); count > 0; --count) text += pieces[next(std::size(pieces))];
    list.clear();
    find_identifiers(text, IdentifierKinds::all(), round % 2 == 0 ? IdentifierKinds() : IdentifierKinds::all(), list);
    std::size_t end = 0;
    for (const auto& one : list) {
      const bool good = one.begin >= end && one.begin < one.end && one.end <= text.size();
      if (!good) FAIL_CHECK("'" << text << "': " << one.begin << " to " << one.end);
      end = one.end;
    }
  }
}
