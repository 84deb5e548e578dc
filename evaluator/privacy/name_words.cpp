#include "evaluator/privacy/name_words.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "evaluator/privacy/given_names.hpp"
#include "formats/ascii.hpp"

namespace iai {

namespace {

// Each list holds words with blanks between.
constexpr std::string_view roles =
    "Anlagenfahrer Bediener Bedienerin Einrichter Instandhalter Kollege Kollegen Kollegin Meister Mitarbeiter Mitarbeiterin Monteur Operator Prüfer Prüferin "
    "Schichtführer Schichtleiter Techniker Technikerin Technician Werker Werkerin gez operator technician worker Vorarbeiter Elektriker Schlosser "
    "Ansprechpartner "
    "Ansprechpartnerin Kollegen opérateur technicien operatore tecnico operario técnico monteur operátor technik brygadzista mistr ingenjör";
constexpr std::string_view agents =
    "an and asked ask bei by called durch for from informed laut mit told und von with to och av med door met par avec selon vu da con secondo por según przez "
    "z "
    "od s podle według schvaluje hlásí zgłasza zatwierdza au à chez per di";
constexpr std::string_view addresses =
    "Dr Frau Fr Herr Herrn Hr Hrn Mr Mrs Ms Miss Prof Ing Mag Dipl Mme Mlle Monsieur Madame Mademoiselle Sig Signor Signora signor signora sig Dott dott Sr "
    "Sra Srta "
    "Señor Señora señor señora sr sra Doña doña Don Dhr dhr Mevr mevr mw Meneer meneer Mevrouw mevrouw pan pani Pan Pani paní Paní p inż mgr herr fru Fru "
    "ingenjör "
    "Bc Mgr "
    "Ir Senhor Senhora";
constexpr std::string_view particles =
    "von vom van Van Von Da De Di Del Della Le La Du der den de del della di da do dos das du des d la le el zu zur zum af ten ter te lo y al in 't";
constexpr std::string_view things =
    "Alarm Anlage Auftrag Control Controller Druck Drehzahl Fehler Filter Halle Kollegen Lager Leitung Linie Machine Maschine Messung Motor Pump Pumpe Schicht "
    "Sensor Speed Station Straße System Temperatur Test Ventil Valve Werk Monday Tuesday Wednesday Thursday Friday Saturday Sunday Montag Dienstag Mittwoch "
    "Donnerstag "
    "Freitag Samstag Sonntag Januar Februar März April Mai Juni Juli August September Oktober November Dezember January February March May June July October "
    "December Frühschicht Spätschicht Nachtschicht Tagschicht Bericht Farbton Blende Diaphragm Fitting Plug Pressure Light Access Value Unit Position Day Call "
    "Order "
    "Tool Kit Level Line Plant Part Bench Engineer Manager Technician Operator Team Service Support Center Centre Office Street Road Lane Avenue Square "
    "Drive "
    "Court Close Way Park Gardens Place Plaza Platz Weg Allee Ring Gasse Ufer Damm Tor Brücke Hafen Bahnhof Nord Süd Ost West North South East Presse "
    "Pressen "
    "Werkzeug Wartung Prüfung Kontrolle Freigabe Störung Spätdienst Öl Wasser Luft Gas Strom Spannung Alkohol Stickstoff Sauerstoff Kühlmittel Schmierung "
    "Dichtung "
    "Lüfter Antrieb Getriebe Welle Kupplung Bremse Achse Spindel Roboter Zelle Tank Behälter Kessel Turbine Generator Schalter Relais Kabel Stecker Netzteil "
    "Rechner Software Firmware Version Programm Rezept Charge Los Teil Teile Artikel Nummer Code Karte Konto Rechnung Bestellung Lieferung Angebot Kunde "
    "Lieferant "
    "Hersteller Firma Hotel Service Hotline Protokoll Kontakt Telefon Handy Mail Rückruf Rücksprache Probe Schlüssel Einweisung Zahlung Ersatzteil Empfang "
    "Haus Gebäude "
    "Lage Werkstatt Büro Labor Wareneingang Versand Qualität Produktion Instandhaltung Montage Technik Abteilung Leiter Leitung Meister Ausgang Eingang Start "
    "Stop "
    "Ende Min Max Wert Werte Grenze Soll Ist Zeit Datum Tag Woche Monat Jahr Stunde Stunden Uhr Bolt Screw Nut Bearing Shaft Gear Belt Chain Tank Boiler Robot "
    "Cell Switch Relay Cable Power Supply Voltage Current Oil Water Air Steam Coolant Seal Gasket Drive Axis Spindle Chuck Clamp Report Check Maintenance "
    "Repair "
    "Delivery Quality Production Shift Alarm Error Fault Warning Supplier Customer Company Group Holding Messe Institut Institute University Universität "
    "Stiftung "
    "Kugellager Außenring Innenring Rexroth Hannifin Electric Kompressor Kompressoren Pumpen Ventile Motoren Automation Technologies Engineering Systems "
    "Industries "
    "GmbH GesbR KGaA Inc Ltd Corp Limited Hnos Mazowiecki Mazowiecka Trybunalski Szczeciński Wielkopolski Wielkopolska Śląski Śląska Podlaski Podlaska "
    "Lubelski Lubelska "
    "Gdański Gdańska Kugelhahn Sekunde Färbung Verfahren Skala Zahl Kurve Diagramm Prozess Härte Hardness Number Bridge Cycle Mode";
constexpr std::string_view no_person_follows =
    "Firma Fa Firmen Gebr Gebrüder Sankt St San Santa Santo Saint Sainte São Bad Port Fort Mount Lake Cape Rue rue Via via Calle calle Avenida avenue Avenue "
    "Piazza piazza ulica ul Ulica plac aleja al Plaza Pasaje Paseo Boulevard boulevard Place place Chemin chemin Viale viale Corso Largo Rua Ronda Borgo "
    "Vicolo "
    "Contrada Strada Canale Rotonda Stretto Glorieta Cuesta Acceso Alameda Camino Cañada Callejón Vial Incrocio Werk Klinik Hotel Stadion Industrias Talleres "
    "Messrs "
    "Supplier Company Lieferant Hersteller Marke Straße náměstí ulice Compañía Hermanos Hnos Grupa Stichting Fundacja Rambla Pasadizo Urbanización Soseaua "
    "Strada Aleea Travessa Praça";
constexpr std::string_view families =
    // German
    "Müller Schmidt Schmitt Schneider Fischer Weber Meyer Meier Maier Mayer Wagner Becker Schulz Schulze Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
    "Schröder Neumann "
    "Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Herrmann König Walter Huber Kaiser Fuchs Peters Lang Scholz Möller "
    "Weiß Jung "
    "Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus "
    "Schumacher Krämer "
    "Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Voigt Sauer "
    "Pfeiffer Arnold "
    "Gruber Pichler Steiner Moser Hofer Leitner Egger Eder Wimmer Wallner Haider Reiter Bühler Brunner Baumgartner Gerber Widmer Frei Meili Bühlmann Kunz "
    "Suter Zürcher "
    // Turkish and Slavic
    "Yılmaz Yilmaz Kaya Demir Şahin Sahin Çelik Celik Yıldız Yildiz Öztürk Aydın Özdemir Arslan Doğan Dogan Kılıç Aslan Çetin Koç Kurt Özkan Polat Nowak "
    "Kowalski Kowalska "
    "Wójcik Kowalczyk Woźniak Mazur Krawczyk Kaczmarek Zając Król Wieczorek Wróbel Stępień Dudek Pawlak Sikora Walczak Baran Michalak Szewczyk Novák Nováková "
    "Novak "
    "Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Marek Pospíšil Hájek Jelínek Král Růžička Beneš Fiala Sedláček Doležal Zeman "
    "Kolář Horváth "
    "Horvat Kovač Kovács Nagy Szabó Tóth Varga Kiss Molnár Németh Farkas Balogh Popa Popescu Ionescu Dumitru Ivanov Petrov Papadopoulos "
    // French
    "Bernard Dubois Durand Moreau Laurent Lefebvre Lefèvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent "
    "Faure Mercier "
    "Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand "
    "Duval Denis "
    "Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Petit Renard Picard Colin "
    "Caron "
    // Italian, Spanish, Portuguese
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri "
    "Fontana "
    "Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Serra Coppola Fabbri Villa Parisi Conte Sala Pellegrini "
    "Palumbo Marchetti "
    "García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez "
    "Navarro Torres "
    "Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Iglesias Núñez Medina Garrido "
    "Cortés Castillo "
    "Silva Santos Ferreira Pereira Oliveira Rodrigues Martins Sousa Fernandes Gonçalves Gomes Lopes Marques Almeida Ribeiro Pinto Carvalho Teixeira Moreira "
    "Correia "
    // Dutch and Nordic
    "Jansen Janssen Bakker Visser Smit Meijer Mulder Bos Vos Hendriks Dekker Dijkstra Smits Postma Kok Jacobs Peeters Maes Willems Claes Goossens Wouters "
    "Mertens Vermeulen "
    "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson Lindberg Lindström Lindqvist "
    "Lindgren "
    "Berg Berglund Bergström Lundberg Lundgren Hansen Johansen Olsen Larsen Andersen Pedersen Nielsen Jensen Christensen Rasmussen Sørensen Jørgensen Petersen "
    "Madsen "
    "Kristensen Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen "
    // English
    "Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson Thompson Wright Walker White Edwards Hughes Green Lewis Harris "
    "Clarke "
    "Patel Jackson Wood Turner Martin Cooper Ward Morris Moore Clark Lee King Baker Harrison Morgan Allen James Phillips Watson Davis Parker Price Bennett "
    "Griffiths "
    "Kelly Simpson Marshall Collins Bell Shaw Murphy Miller Richards Adams Campbell Anderson Mitchell Khan Ahmed Ali Singh Begum Hussain Carter Murray "
    "Stevens "
    "Scott Graham Stewart Reid Ross Young Barnes Fletcher Hunt Pearson Payne Palmer Mills Fox Webb Rogers Gibson Chapman Mason Hunter Knight Matthews Byrne "
    "Ryan";
constexpr std::string_view firms[] = {"Adolf Würth",     "Albert Handtmann", "Allen Bradley",   "Andreas Stihl", "Carl Schenck",   "Carl Zeiss",
                                      "Eugen Woerner",   "Franz Kessler",    "Georg Fischer",   "Gustav Klauke", "Hans Turck",     "Harley Davidson",
                                      "Heinrich Kipp",   "John Deere",       "Karl Dungs",      "Karl Mayer",    "Karl Storz",     "Oskar Frech",
                                      "Otto Bihler",     "Otto Bock",        "Otto Fuchs",      "Paul Horn",     "Paul Leibinger", "Robert Bosch",
                                      "Siegfried Kroll", "Wayne Kerr",       "Wilhelm Böllhoff"};
/// What stands behind a firm's name, a blank or comma before it.
constexpr std::string_view legal_forms[] = {
    "& ",       "+ Co",          "AB",          "HB",     "Kft",     "Kht",   "Kkt",       "Bt.",     "Zrt",  "Nyrt",     "s.p.",   "d.d",
    "d.o.o",    "j.d.o.o",       "As Oy",       "S.R.L",  "Lda",     "Sp.k",  "ASA",       "KB",      "k.s",  "s.c",      "Hnos",   "GesbR",
    "Associés", "Partner",       "y asociados", "AG",     "AS",      "ApS",   "B.V.",      "BV",      "Co",   "Corp",     "GbR",    "GmbH",
    "Group",    "Gruppe",        "Hermanos",    "Inc",    "KG",      "KGaA",  "LLC",       "Ltd",     "N.V.", "NV",       "OHG",    "Oy",
    "PLC",      "S.A",           "S.Com",       "S.L",    "S.R.L",   "S.p.A", "S.r.l",     "SA",      "SARL", "SAS",      "SE",     "SRL",
    "SpA",      "Stiftung & Co", "UG",          "a.s",    "e.G",     "e.K",   "e.V",       "et Fils", "plc",  "s.p.a",    "s.r.l",  "s.r.o",
    "sp. z",    "v.o.s",         "y asociados", "S.Coop", "S.L.N.E", "S.C.P", "und Söhne", "Söhne",   "Srl",  "Stiftung", "Straße", "Str."};
constexpr std::string_view family_endings[] = {
    "mann",  "meier", "maier", "mayer", "meyer", "ński",  "ński",  "ska",  "ski",  "cki",  "cka",  "wicz", "czyk", "czak",    "ová",  "sson", "ström", "qvist",
    "kvist", "gren",  "lund",  "huber", "bauer", "hofer", "moser", "escu", "ović", "ević", "ovic", "evic", "idis", "opoulos", "oğlu", "oglu", "enko",  "ndez",
    "ález",  "érez",  "ínez",  "ónez",  "uez",   "énez",  "elli",  "etti", "ucci", "acci", "aldi", "ardi", "ssen", "stra",    "chuk", "inen"};

constexpr std::string_view thing_endings[] = {"ung",   "heit",   "keit",   "tion",   "schaft", "gerät",   "maschine", "pumpe",
                                              "motor", "ventil", "sensor", "anlage", "straße", "strasse", "weg",      "platz",
                                              "allee", "werk",   "zeug",   "teil",   "lager",  "druck",   "wechsel",  "filter"};

/// Which last two bytes the endings have: most words are told by them.
using LastBytes = std::array<bool, 4096>;
constexpr std::size_t place_of_last(std::string_view word) {
  const auto byte = [&](std::size_t from_end) { return static_cast<std::size_t>(static_cast<unsigned char>(word[word.size() - from_end])); };
  return (byte(2) * 31 + byte(1)) % std::tuple_size_v<LastBytes>;
}
template <std::size_t n>
constexpr LastBytes last_bytes_of(const std::string_view (&list)[n]) {
  LastBytes last{};
  for (const auto ending : list) last[place_of_last(ending)] = true;
  return last;
}
template <std::size_t n>
bool ends_in(std::string_view word, const std::string_view (&list)[n], const LastBytes& last) {
  return last[place_of_last(word)] && std::any_of(std::begin(list), std::end(list), [&](auto ending) { return word.ends_with(ending); });
}

bool has_family_ending(std::string_view word) {
  static constexpr LastBytes last = last_bytes_of(family_endings);
  return word.size() >= 6 && ends_in(word, family_endings, last);
}

/// Most German nouns that are made of others end in one of a few.
bool has_thing_ending(std::string_view word) {
  static constexpr LastBytes last = last_bytes_of(thing_endings);
  return word.size() >= 8 && ends_in(word, thing_endings, last);
}

void add_words(std::unordered_map<std::string_view, unsigned>& map, std::string_view list, unsigned bit) {
  while (!list.empty()) {
    const auto blank = std::min(list.find(' '), list.size());
    map[list.substr(0, blank)] |= bit;
    list.remove_prefix(std::min(blank + 1, list.size()));
  }
}

}  // namespace

unsigned meaning_of_name_word(std::string_view word) {
  static const auto words = [] {
    std::unordered_map<std::string_view, unsigned> map;
    for (const auto one : given_names()) map[one] |= given_bit;
    for (const auto one : ambiguous_given_names()) map[one] |= ambiguous_bit;
    add_words(map, roles, role_bit);
    add_words(map, agents, agent_bit);
    add_words(map, addresses, address_bit);
    add_words(map, particles, particle_bit);
    add_words(map, things, thing_bit);
    add_words(map, no_person_follows, before_no_person);
    add_words(map, families, family_bit);
    return map;
  }();
  const auto found = words.find(word);
  if (found != words.end()) return found->second;
  return has_thing_ending(word) ? thing_bit : has_family_ending(word) ? family_bit : 0;
}

bool firm_follows(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == ',')) ++at;
  static constexpr auto may_begin = [] {
    std::array<bool, 256> first{};
    for (const auto form : legal_forms) first[static_cast<unsigned char>(form[0])] = true;
    return first;
  }();
  if (at >= text.size() || !may_begin[static_cast<unsigned char>(text[at])]) return false;
  const auto rest = text.substr(at);
  return std::any_of(std::begin(legal_forms), std::end(legal_forms), [&](auto form) {
    if (!rest.starts_with(form)) return false;
    const char next = form.size() < rest.size() ? rest[form.size()] : ' ';
    return form.back() == ' ' || !(lower(next) >= 'a' && lower(next) <= 'z');
  });
}

bool is_firm_name(std::string_view name) { return std::find(std::begin(firms), std::end(firms), name) != std::end(firms); }

}  // namespace iai
