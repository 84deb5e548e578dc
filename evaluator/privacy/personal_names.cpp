#include "evaluator/privacy/personal_names.hpp"

#include <algorithm>
#include <unordered_map>

#include "formats/ascii.hpp"

namespace iai {

namespace {

constexpr std::string_view given[] = {
    "Aaron",       "Abigail",    "Achim",      "Adam",       "Adele",      "Adrian",     "Agathe",    "Ahmet",      "Alan",       "Albert",    "Albrecht",
    "Aleksander",  "Alessandro", "Alexander",  "Alexandra",  "Alfred",     "Ali",        "Alice",     "Alicia",     "Alina",      "Alison",    "Allison",
    "Alois",       "Aloys",      "Amalie",     "Amanda",     "Amelie",     "Amir",       "Amy",       "Ana",        "Andrea",     "Andreas",   "Andrej",
    "Andrew",      "Andrzej",    "Andy",       "Angela",     "Angelika",   "Anita",      "Anja",      "Anke",       "Ann",        "Anna",      "Annabel",
    "Anne",        "Annegret",   "Anneliese",  "Annette",    "Annika",     "Ansgar",     "Anthony",   "Anton",      "Antonia",    "Antonio",   "Armin",
    "Arnd",        "Arne",       "Arnold",     "Arthur",     "Artur",      "Ashley",     "Astrid",    "Axel",       "Ayse",       "Balthasar", "Barbara",
    "Barbel",      "Barry",      "Bastian",    "Beate",      "Beatrix",    "Benedikt",   "Benjamin",  "Bernd",      "Bernhard",   "Berta",     "Berthold",
    "Beth",        "Bethany",    "Bettina",    "Beverley",   "Bianca",     "Birgit",     "Birgül",    "Björn",      "Bodo",       "Bojan",     "Boris",
    "Brandon",     "Brenda",     "Brian",      "Brigitte",   "Britta",     "Brunhilde",  "Bruno",     "Bryan",      "Burak",      "Burkhard",  "Bärbel",
    "Carina",      "Carl",       "Carla",      "Carlos",     "Carmen",     "Carol",      "Carola",    "Caroline",   "Carsten",    "Catherine", "Cem",
    "Charlene",    "Charles",    "Charlotte",  "Cheryl",     "Chloe",      "Christa",    "Christian", "Christiane", "Christina",  "Christine", "Christoph",
    "Christopher", "Claire",     "Clare",      "Claudia",    "Clemens",    "Colin",      "Constanze", "Corinna",    "Cornelia",   "Craig",     "Cäcilia",
    "Dagmar",      "Damaris",    "Damian",     "Daniel",     "Daniela",    "Danielle",   "Danny",     "Darren",     "David",      "Deborah",   "Debra",
    "Denise",      "Dennis",     "Derek",      "Detlef",     "Detlev",     "Diana",      "Diane",     "Dieter",     "Dietlinde",  "Dietmar",   "Dietrich",
    "Dirk",        "Dominik",    "Donald",     "Donna",      "Doris",      "Dorothea",   "Dorothy",   "Dragan",     "Dylan",      "Eberhard",  "Eckhard",
    "Edeltraud",   "Edeltraut",  "Edgar",      "Edith",      "Edward",     "Edwin",      "Egon",      "Ehrenfried", "Eileen",     "Eleanor",   "Elena",
    "Elfriede",    "Elif",       "Elisabeth",  "Elizabeth",  "Elke",       "Ella",       "Ellen",     "Ellie",      "Elmar",      "Elsbeth",   "Emil",
    "Emilia",      "Emily",      "Emine",      "Emma",       "Emmi",       "Emre",       "Enrico",    "Erhard",     "Eric",       "Erich",     "Erik",
    "Erika",       "Erna",       "Erwin",      "Esra",       "Esther",     "Ethan",      "Eugen",     "Eugene",     "Eva",        "Eveline",   "Evelyn",
    "Ewald",       "Fabian",     "Fatih",      "Fatma",      "Felix",      "Ferdinand",  "Finn",      "Fiona",      "Florian",    "Frances",   "Francesca",
    "Francesco",   "Francis",    "Franz",      "Franziska",  "Frieda",     "Friedemann", "Frieder",   "Friederike", "Friedhelm",  "Friedrich", "Fritz",
    "Gabi",        "Gabriel",    "Gabriele",   "Gareth",     "Garry",      "Gary",       "Gavin",     "Gemma",      "Geoffrey",   "Georg",     "George",
    "Georgios",    "Gerald",     "Geraldine",  "Gerard",     "Gerd",       "Gerda",      "Gerhard",   "Gerlinde",   "Gernot",     "Gertrud",   "Gillian",
    "Giovanni",    "Gisela",     "Gitta",      "Giuseppe",   "Giuseppina", "Glenn",      "Gottfried", "Graham",     "Gregor",     "Gregory",   "Grzegorz",
    "Gudrun",      "Guido",      "Gunda",      "Gundula",    "Gunnar",     "Gunter",     "Gustav",    "Götz",       "Günter",     "Günther",   "Hakan",
    "Hanna",       "Hannah",     "Hannelore",  "Hannes",     "Hanno",      "Hans",       "Harald",    "Harriet",    "Hartmut",    "Hasan",     "Hatice",
    "Heather",     "Hedwig",     "Heidi",      "Heike",      "Heiko",      "Heiner",     "Heinrich",  "Heinz",      "Helen",      "Helena",    "Helga",
    "Hella",       "Helma",      "Helmut",     "Hendrik",    "Henning",    "Henri",      "Henriette", "Henrik",     "Henry",      "Herbert",   "Hermann",
    "Herta",       "Hertha",     "Hilary",     "Hilde",      "Hildegard",  "Hiltrud",    "Hinrich",   "Holger",     "Hollie",     "Horst",     "Howard",
    "Hubert",      "Hugh",       "Hugo",       "Hüseyin",    "Iain",       "Ian",        "Ibrahim",   "Ignaz",      "Ilka",       "Ilona",     "Ilse",
    "Imke",        "Ines",       "Ingeborg",   "Ingo",       "Ingrid",     "Insa",       "Irene",     "Irina",      "Irmgard",    "Isabel",    "Isabell",
    "Isabella",    "Isolde",     "Ivan",       "Ivana",      "Ivanka",     "Ivo",        "Jacek",     "Jacob",      "Jacqueline", "Jakob",     "Jakub",
    "James",       "Jamie",      "Jana",       "Jane",       "Janet",      "Janice",     "Janina",    "Janine",     "Jannik",     "Jannis",    "Janos",
    "Jasmin",      "Jason",      "Jeffrey",    "Jemma",      "Jennifer",   "Jens",       "Jeremy",    "Jessica",    "Jill",       "Joachim",   "Joan",
    "Joanna",      "Joanne",     "Jochen",     "Jodie",      "Joe",        "Joel",       "Johann",    "Johanna",    "Johannes",   "John",      "Jolanta",
    "Jonas",       "Jonathan",   "Josef",      "Josefa",     "Josefine",   "Joseph",     "Josephine", "Josh",       "Joshua",     "José",      "Jovan",
    "Joyce",       "Judith",     "Judy",       "Julia",      "Julian",     "Juliane",    "Justin",    "Jutta",      "Jörg",       "Jürgen",    "Karen",
    "Karin",       "Karina",     "Karl",       "Karla",      "Karlheinz",  "Karolina",   "Karsten",   "Kaspar",     "Katarzyna",  "Kate",      "Katharina",
    "Katherine",   "Kathleen",   "Kathrin",    "Kathryn",    "Kati",       "Katie",      "Katja",     "Katrin",     "Katrina",    "Katy",      "Keith",
    "Kenneth",     "Kerry",      "Kerstin",    "Kevin",      "Kieran",     "Kimberley",  "Kirsten",   "Klara",      "Klaus",      "Konrad",    "Konstantin",
    "Kristina",    "Krzysztof",  "Kunigunde",  "Kurt",       "Kyle",       "Käte",       "Käthe",     "Lara",       "Larry",      "Lars",      "Laura",
    "Lauren",      "Lawrence",   "Lea",        "Leah",       "Lena",       "Leon",       "Leonard",   "Leonie",     "Leopold",    "Lesley",    "Leslie",
    "Lewis",       "Liam",       "Liesbeth",   "Lieselotte", "Lilli",      "Lilly",      "Linda",     "Lisa",       "Liselotte",  "Loni",      "Lorraine",
    "Lothar",      "Louis",      "Louise",     "Lucas",      "Lucy",       "Ludger",     "Ludwig",    "Luis",       "Luisa",      "Luka",      "Lukas",
    "Luke",        "Lutz",       "Luzia",      "Lydia",      "Lynda",      "Lynn",       "Lynne",     "Magda",      "Magdalena",  "Maik",      "Maja",
    "Malcolm",     "Malte",      "Mandy",      "Manfred",    "Manuel",     "Manuela",    "Marcel",    "Marco",      "Marcus",     "Marek",     "Marga",
    "Margaret",    "Margarete",  "Margaretha", "Margarethe", "Margit",     "Margot",     "Margrit",   "Maria",      "Marian",     "Marianne",  "Marie",
    "Marietta",    "Marilyn",    "Marina",     "Mario",      "Marion",     "Marita",     "Mariusz",   "Marko",      "Markus",     "Marlene",   "Marlies",
    "Marta",       "Martin",     "Martina",    "Martyn",     "Mary",       "Mateusz",    "Mathias",   "Matteo",     "Matthew",    "Matthias",  "Maureen",
    "Maurice",     "Maximilian", "Mechthild",  "Megan",      "Mehmet",     "Meike",      "Melanie",   "Melissa",    "Merve",      "Meryem",    "Mia",
    "Michael",     "Michaela",   "Michal",     "Michelle",   "Miriam",     "Mirjam",     "Mirko",     "Mitchell",   "Mohamed",    "Mohammad",  "Mohammed",
    "Molly",       "Monika",     "Moritz",     "Murat",      "Mustafa",    "Nadine",     "Nadja",     "Naomi",      "Natalia",    "Natalie",   "Natascha",
    "Natasha",     "Nathan",     "Neil",       "Nicholas",   "Nicole",     "Nigel",      "Niklas",    "Nikola",     "Nikolai",    "Nikolaus",  "Nils",
    "Nina",        "Noah",       "Nora",       "Norbert",    "Olaf",       "Ole",        "Oleg",      "Olga",       "Oliver",     "Olivia",    "Orhan",
    "Oskar",       "Osman",      "Otmar",      "Ottilie",    "Ottmar",     "Owen",       "Pablo",     "Pamela",     "Paola",      "Pascal",    "Patricia",
    "Patrick",     "Paul",       "Paula",      "Paulina",    "Pauline",    "Pavel",      "Peggy",     "Peter",      "Petra",      "Philip",    "Philipp",
    "Phillip",     "Pierre",     "Pietro",     "Piotr",      "Rachael",    "Rachel",     "Raimund",   "Rainer",     "Ralf",       "Ralph",     "Ramazan",
    "Ramona",      "Raphael",    "Raymond",    "Rebecca",    "Reece",      "Regina",     "Reiner",    "Reinhard",   "Reinhilde",  "Reinhold",  "Renate",
    "Rhys",        "Ricarda",    "Richard",    "Ricky",      "Rita",       "Robert",     "Roger",     "Roland",     "Rolf",       "Roman",     "Romy",
    "Ronald",      "Ronny",      "Rosalinde",  "Rosemarie",  "Rosie",      "Rosina",     "Roswitha",  "Rudi",       "Rudolf",     "Russell",   "Ruth",
    "Ryan",        "Rüdiger",    "Sabine",     "Sabrina",    "Sally",      "Salvatore",  "Samantha",  "Samuel",     "Sandra",     "Sara",      "Sarah",
    "Sascha",      "Saskia",     "Sean",       "Sebastian",  "Selina",     "Sergej",     "Serkan",    "Shannon",    "Sharon",     "Shaun",     "Sheila",
    "Shirley",     "Sian",       "Sibylle",    "Siegfried",  "Sieglinde",  "Siegrid",    "Sigmund",   "Sigrid",     "Silke",      "Silvia",    "Simon",
    "Simone",      "Sofia",      "Sonja",      "Sophia",     "Sophie",     "Stacey",     "Stanislaw", "Stefan",     "Stefanie",   "Steffen",   "Steffi",
    "Stephan",     "Stephanie",  "Stephen",    "Steven",     "Stewart",    "Stuart",     "Susan",     "Susanne",    "Suzanne",    "Sven",      "Svenja",
    "Svetlana",    "Swetlana",   "Sylvia",     "Sönke",      "Tamara",     "Tanja",      "Tatjana",   "Terence",    "Teresa",     "Terry",     "Thea",
    "Theo",        "Theodor",    "Theresa",    "Theresia",   "Thomas",     "Thorsten",   "Tilo",      "Tim",        "Timo",       "Timothy",   "Tina",
    "Tobias",      "Toby",       "Tom",        "Tomasz",     "Tomislav",   "Tony",       "Torben",    "Torsten",    "Tracey",     "Tracy",     "Traude",
    "Traudl",      "Trevor",     "Udo",        "Ulla",       "Ulrich",     "Ulrike",     "Ursula",    "Urte",       "Ute",        "Uwe",       "Valentin",
    "Valentina",   "Valeri",     "Valerie",    "Vanessa",    "Veit",       "Vera",       "Verena",    "Veronika",   "Vincent",    "Vincenzo",  "Vinko",
    "Vladimir",    "Vlado",      "Volker",     "Waldemar",   "Wally",      "Walter",     "Waltraud",  "Wanda",      "Wayne",      "Wendy",     "Wenzel",
    "Werner",      "Wiebke",     "Wieland",    "Wilfried",   "Wilhelm",    "Willi",      "William",   "Willibald",  "Wilma",      "Winfried",  "Wolfgang",
    "Wolfhard",    "Xaver",      "Yannick",    "Yasemin",    "Yusuf",      "Yvonne",     "Zachary",   "Zbigniew",   "Zdenka",     "Zeynep",    "Zoe",
    "Özgür",       "Özlem",
};

/// Given names that are words, months or motors too.
constexpr std::string_view double_meaning[] = {"August", "Ben",  "Bill", "Curt", "Ernst", "Falk",  "Frank", "Heide",  "Iris",  "Jan",
                                               "Kai",    "Mark", "Max",  "Mona", "Otto",  "Robin", "Rose",  "Viktor", "Viola", "Wolf"};
/// Persons by what they do: a name follows.
constexpr std::string_view roles[] = {"Anlagenfahrer", "Bediener",      "Bedienerin",    "Einrichter",    "Instandhalter", "Kollege",    "Kollegen",
                                      "Kollegin",      "Meister",       "Mitarbeiter",   "Mitarbeiterin", "Monteur",       "Operator",   "Prüfer",
                                      "Prüferin",      "Schichtführer", "Schichtleiter", "Techniker",     "Technikerin",   "Technician", "Werker",
                                      "Werkerin",      "gez",           "operator",      "technician",    "worker"};
/// Words that somebody acts by.
constexpr std::string_view agents[] = {"an", "and", "asked", "by", "called", "durch", "for", "from", "informed", "laut", "mit", "told", "und", "von", "with"};
constexpr std::string_view addresses[] = {"Dr", "Frau", "Herr", "Herrn", "Hr", "Hrn", "Mr", "Mrs", "Ms", "Prof"};
/// Capitalized words that follow a given name or an address without being a family name.
constexpr std::string_view no_family_names[] = {"Alarm",  "Anlage",     "Auftrag", "Control", "Controller", "Druck",   "Drehzahl", "Fehler",  "Filter",
                                                "Halle",  "Kollegen",   "Lager",   "Leitung", "Linie",      "Machine", "Maschine", "Messung", "Motor",
                                                "Monday", "Montag",     "Pump",    "Pumpe",   "Schicht",    "Sensor",  "Speed",    "Station", "Straße",
                                                "System", "Temperatur", "Test",    "Ventil",  "Valve",      "Werk"};

constexpr unsigned given_bit = 1, double_bit = 2, role_bit = 4, agent_bit = 8, address_bit = 16, no_family_bit = 32;

/// What a word is, as a set of the bits above.
unsigned meaning_of(std::string_view word) {
  static const auto words = [] {
    std::unordered_map<std::string_view, unsigned> map;
    const auto add = [&](std::span<const std::string_view> list, unsigned bit) {
      for (const auto one : list) map[one] |= bit;
    };
    add(given, given_bit);
    add(double_meaning, double_bit);
    add(roles, role_bit);
    add(agents, agent_bit);
    add(addresses, address_bit);
    add(no_family_names, no_family_bit);
    return map;
  }();
  const auto found = words.find(word);
  return found == words.end() ? 0 : found->second;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80; }

struct Word {
  std::size_t begin = 0, end = 0;
  bool capital = false;  ///< one capital letter, then small ones
  bool dotted = false;   ///< a full stop behind it
  unsigned meaning = 0;
  bool adjacent = false;  ///< to the word before: a blank between, or a full stop or colon and a blank
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// Ä, Ö, Ü and the like begin with C3 and a second byte below 9F.
bool begins_with_capital(std::string_view word) {
  return is_upper(word[0]) || (word.size() > 1 && static_cast<unsigned char>(word[0]) == 0xC3 && static_cast<unsigned char>(word[1]) < 0x9F);
}

Word next_word(std::string_view text, std::size_t& at) {
  const std::size_t before = at;
  while (at < text.size() && !is_letter(text[at])) ++at;
  Word word;
  word.begin = at;
  const std::string_view gap = text.substr(before, at - before);
  word.adjacent = gap == " " || gap == ". " || gap == ": " || gap == ".";
  while (at < text.size() && (is_letter(text[at]) || (text[at] == '-' && at + 1 < text.size() && is_letter(text[at + 1]) && at > word.begin))) ++at;
  word.end = at;
  word.dotted = at < text.size() && text[at] == '.';
  if (word.begin == word.end) return word;
  const auto letters = word.of(text);
  const std::size_t rest = is_upper(letters[0]) ? 1 : 2;
  word.capital = begins_with_capital(letters) && letters.size() > rest && !is_upper(letters[rest]);
  // "M12a", "x_Anna": a code, no word.
  const auto joined = [](char c) { return (c >= '0' && c <= '9') || c == '_' || c == '@'; };
  if ((word.begin > 0 && joined(text[word.begin - 1])) || (at < text.size() && joined(text[at]))) word.capital = false;
  return word;
}

class NameFinder {
 public:
  NameFinder(std::string_view text, SpokenOf persons, std::vector<Identifier>& found) : text_(text), hinted_(persons == SpokenOf::yes), found_(found) {
    if (!may_hold_one()) return;
    for (std::size_t at = 0; at < text.size();) {
      Word word = next_word(text, at);
      if (word.begin == word.end) continue;
      word.meaning = meaning_of(word.of(text));
      words_.push_back(word);
    }
  }

  void find() {
    for (std::size_t i = 0; i < words_.size();) {
      const std::size_t last = name_at(i);
      if (last == 0) {
        ++i;
        continue;
      }
      found_.push_back({IdentifierKind::name, Evidence::verified, words_[i].begin, words_[last - 1].end});
      i = last;
    }
  }

 private:
  /// Most texts have no word that a name could go by: told without keeping anything.
  bool may_hold_one() const {
    for (std::size_t at = 0; at < text_.size();) {
      const Word word = next_word(text_, at);
      if (word.begin == word.end || !begins_with_capital(word.of(text_))) continue;
      if (word.end - word.begin == 1 ? word.dotted
                                     : (meaning_of(word.of(text_).substr(0, word.of(text_).find('-'))) & (given_bit | double_bit | address_bit)) != 0)
        return true;
    }
    return false;
  }
  bool family(std::size_t i) const {
    return i < words_.size() && words_[i].capital && words_[i].end - words_[i].begin >= 3 && (words_[i].meaning & no_family_bit) == 0;
  }
  bool follows(std::size_t i) const { return i < words_.size() && words_[i].adjacent; }
  bool is_given(std::size_t i, bool with_double_meaning) const {
    const auto word = words_[i].of(text_);
    const auto dash = word.find('-');
    const unsigned meaning = dash == std::string_view::npos ? words_[i].meaning : meaning_of(word.substr(0, dash));  // "Hans-Peter"
    return words_[i].capital && (meaning & (with_double_meaning ? given_bit | double_bit : given_bit)) != 0;
  }
  bool behind(unsigned bit, std::size_t i) const { return i > 0 && words_[i].adjacent && (words_[i - 1].meaning & bit) != 0; }

  /// One behind the last word of the name that begins at word i; 0: none does.
  std::size_t name_at(std::size_t i) const {
    const bool initial = words_[i].end - words_[i].begin == 1 && is_upper(text_[words_[i].begin]) && words_[i].dotted;
    if (!words_[i].capital && !initial) return 0;
    const bool address = behind(address_bit, i), role = behind(role_bit, i), agent = behind(agent_bit, i);
    if (address && (words_[i].meaning & address_bit) == 0 && family(i)) return is_given(i, true) && follows(i + 1) && family(i + 1) ? i + 2 : i + 1;
    const bool given_name = is_given(i, role || hinted_);
    if (given_name && !words_[i].dotted && follows(i + 1) && family(i + 1)) return i + 2;
    if (given_name && (role || agent || hinted_)) return i + 1;
    // "K. Weber"
    if (initial && (role || agent || hinted_) && follows(i + 1) && family(i + 1)) return i + 2;
    // "Weber, Anna" as a whole cell
    if (i == 0 && words_.size() == 2 && family(0) && is_given(1, false) && text_.substr(words_[0].end, words_[1].begin - words_[0].end) == ", ") return 2;
    return 0;
  }

  std::string_view text_;
  bool hinted_;
  std::vector<Identifier>& found_;
  std::vector<Word> words_;
};

}  // namespace

void find_names(std::string_view text, SpokenOf persons, std::vector<Identifier>& found) { NameFinder(text, persons, found).find(); }

std::span<const std::string_view> given_names() { return given; }

}  // namespace iai
