#include "evaluator/data/personal_names.hpp"

#include <algorithm>

namespace iai {

namespace {

constexpr std::string_view given[] = {
    "Achim", "Adam", "Adrian", "Ahmet", "Aleksander", "Alessandro", "Alexander", "Alexandra", "Alfred", "Ali", "Alina", "Amelie", "Amir", "Ana",
    "Andrea", "Andreas", "Andrej", "Andrew", "Andrzej", "Angela", "Angelika", "Anita", "Anja", "Anke", "Anna", "Anne", "Anneliese", "Annette",
    "Annika", "Anton", "Antonia", "Antonio", "Armin", "Arne", "Arnold", "Artur", "Astrid", "Axel", "Ayse", "Barbara", "Bastian", "Beate", "Beatrix",
    "Benedikt", "Benjamin", "Bernd", "Bernhard", "Bettina", "Bianca", "Birgit", "Birgül", "Björn", "Bojan", "Boris", "Brigitte", "Britta", "Bruno",
    "Burak", "Burkhard", "Carina", "Carl", "Carla", "Carlos", "Carmen", "Carola", "Caroline", "Carsten", "Cem", "Charlotte", "Christa", "Christian",
    "Christiane", "Christina", "Christine", "Christoph", "Christopher", "Claudia", "Clemens", "Constanze", "Cornelia", "Dagmar", "Daniel", "Daniela",
    "David", "Denise", "Dennis", "Detlef", "Dieter", "Dietmar", "Dirk", "Dominik", "Doris", "Dorothea", "Dragan", "Eberhard", "Eckhard", "Edith",
    "Edwin", "Elena", "Elif", "Elisabeth", "Elke", "Ella", "Elmar", "Emil", "Emilia", "Emily", "Emine", "Emma", "Emre", "Enrico", "Erich", "Erik",
    "Erika", "Erna", "Erwin", "Esra", "Esther", "Eugen", "Eva", "Eveline", "Evelyn", "Fabian", "Fatih", "Fatma", "Felix", "Ferdinand", "Finn",
    "Florian", "Francesca", "Francesco", "Franz", "Franziska", "Friederike", "Friedrich", "Fritz", "Gabriel", "Gabriele", "Georg", "Gerald", "Gerd",
    "Gerda", "Gerhard", "Gerlinde", "Gertrud", "Giovanni", "Gisela", "Giuseppe", "Gottfried", "Gregor", "Grzegorz", "Guido", "Gundula", "Gustav",
    "Günter", "Günther", "Hakan", "Hanna", "Hannah", "Hannelore", "Hannes", "Hans", "Harald", "Hartmut", "Hasan", "Hatice", "Heidi", "Heike",
    "Heiko", "Heiner", "Heinrich", "Heinz", "Helena", "Helga", "Helmut", "Hendrik", "Henning", "Henrik", "Herbert", "Hermann", "Hildegard", "Holger",
    "Horst", "Hubert", "Hugo", "Hüseyin", "Ibrahim", "Ilona", "Ilse", "Ines", "Ingeborg", "Ingo", "Ingrid", "Irene", "Irina", "Irmgard", "Isabel",
    "Isabell", "Isabella", "Ivan", "Ivana", "Ivo", "Jacek", "Jacqueline", "Jakob", "Jakub", "James", "Janina", "Janine", "Jannik", "Jasmin",
    "Jennifer", "Jens", "Jessica", "Joachim", "Jochen", "Johann", "Johanna", "Johannes", "John", "Jonas", "Jonathan", "Josef", "Joseph", "José",
    "Judith", "Julia", "Julian", "Juliane", "Jutta", "Jörg", "Jürgen", "Karin", "Karina", "Karl", "Karla", "Karlheinz", "Karolina", "Karsten",
    "Katarzyna", "Katharina", "Kathrin", "Katja", "Katrin", "Kerstin", "Kevin", "Klaus", "Konrad", "Konstantin", "Kristina", "Krzysztof", "Kurt",
    "Lara", "Lars", "Laura", "Lea", "Lena", "Leon", "Leonard", "Leonie", "Lilli", "Linda", "Lisa", "Lothar", "Louis", "Lucas", "Ludwig", "Luis",
    "Luisa", "Luka", "Lukas", "Lutz", "Magdalena", "Maik", "Maja", "Malte", "Manfred", "Manuel", "Manuela", "Marcel", "Marco", "Marcus", "Marek",
    "Margarete", "Margit", "Margot", "Maria", "Marianne", "Marie", "Marina", "Mario", "Marion", "Marko", "Markus", "Marlene", "Marta", "Martin",
    "Martina", "Mateusz", "Mathias", "Matteo", "Matthias", "Maximilian", "Mechthild", "Mehmet", "Melanie", "Merve", "Meryem", "Mia", "Michael",
    "Michaela", "Michal", "Michelle", "Miriam", "Mirko", "Mohamed", "Mohammed", "Monika", "Moritz", "Murat", "Mustafa", "Nadine", "Nadja", "Natalie",
    "Natascha", "Nicole", "Niklas", "Nikola", "Nikolaus", "Nils", "Nina", "Noah", "Nora", "Norbert", "Olaf", "Ole", "Oleg", "Olga", "Oliver", "Oskar",
    "Osman", "Pablo", "Paola", "Pascal", "Patricia", "Patrick", "Paul", "Paula", "Pauline", "Pavel", "Peter", "Petra", "Philipp", "Pierre", "Piotr",
    "Rainer", "Ralf", "Ralph", "Ramona", "Raphael", "Rebecca", "Regina", "Reiner", "Reinhard", "Reinhold", "Renate", "Ricarda", "Richard", "Rita",
    "Robert", "Roland", "Rolf", "Roman", "Romy", "Ronny", "Rosemarie", "Roswitha", "Rudi", "Rudolf", "Rüdiger", "Sabine", "Sabrina", "Samuel",
    "Sandra", "Sara", "Sarah", "Sascha", "Sebastian", "Selina", "Serkan", "Siegfried", "Siegrid", "Sigrid", "Silke", "Silvia", "Simon", "Simone",
    "Sofia", "Sonja", "Sophia", "Sophie", "Stefan", "Stefanie", "Steffen", "Stephan", "Stephanie", "Susanne", "Sven", "Svenja", "Svetlana", "Sylvia",
    "Tamara", "Tanja", "Tatjana", "Teresa", "Theo", "Theodor", "Theresa", "Thomas", "Thorsten", "Tim", "Timo", "Tobias", "Tom", "Tomasz", "Torben",
    "Torsten", "Traude", "Udo", "Ulrich", "Ulrike", "Ursula", "Ute", "Uwe", "Valentin", "Valentina", "Vanessa", "Vera", "Verena", "Veronika",
    "Vincent", "Vladimir", "Volker", "Walter", "Waltraud", "Wanda", "Werner", "Wilfried", "Wilhelm", "Willi", "Winfried", "Wolfgang", "Xaver",
    "Yannick", "Yasemin", "Yusuf", "Yvonne", "Zeynep", "Zoe", "Özgür", "Özlem",
};

/// Given names that are words, months or motors too.
constexpr std::string_view double_meaning[] = {"August", "Ben", "Bill", "Ernst", "Falk", "Frank", "Heide", "Iris", "Jan", "Kai", "Mark", "Max", "Mona", "Otto", "Robin", "Rose", "Viktor", "Viola", "Wolf"};
/// Persons by what they do: a name follows.
constexpr std::string_view roles[] = {"Anlagenfahrer", "Bediener", "Bedienerin", "Einrichter", "Instandhalter", "Kollege", "Kollegen", "Kollegin", "Meister", "Mitarbeiter", "Mitarbeiterin", "Monteur", "Operator", "Prüfer", "Prüferin",
                                      "Schichtführer", "Schichtleiter", "Techniker", "Technikerin", "Technician", "Werker", "Werkerin", "gez", "operator", "technician", "worker"};
/// Words that somebody acts by.
constexpr std::string_view agents[] = {"an", "and", "asked", "by", "called", "durch", "for", "from", "informed", "laut", "mit", "told", "und", "von", "with"};
constexpr std::string_view addresses[] = {"Dr", "Frau", "Herr", "Herrn", "Hr", "Hrn", "Mr", "Mrs", "Ms", "Prof"};
/// Capitalized words that follow a given name or an address without being a family name.
constexpr std::string_view no_family_names[] = {"Alarm", "Anlage", "Auftrag", "Control", "Controller", "Druck", "Drehzahl", "Fehler", "Filter", "Halle", "Kollegen", "Lager", "Leitung", "Linie", "Machine", "Maschine", "Messung", "Motor",
                                                "Monday", "Montag", "Pump", "Pumpe", "Schicht", "Sensor", "Speed", "Station", "Straße", "System", "Temperatur", "Test", "Ventil", "Valve", "Werk"};

template <std::size_t n>
bool one_of(const std::string_view (&list)[n], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80; }

struct Word {
  std::size_t begin = 0, end = 0;
  bool capital = false;     ///< one capital letter, then small ones
  bool dotted = false;      ///< a full stop behind it
  bool adjacent = false;    ///< to the word before: a blank between, or a full stop or colon and a blank
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
    for (std::size_t at = 0; at < text.size();) {
      const Word word = next_word(text, at);
      if (word.begin < word.end) words_.push_back(word);
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
  bool family(std::size_t i) const {
    return i < words_.size() && words_[i].capital && words_[i].end - words_[i].begin >= 3 && !one_of(no_family_names, words_[i].of(text_));
  }
  bool follows(std::size_t i) const { return i < words_.size() && words_[i].adjacent; }
  bool is_given(std::size_t i, bool with_double_meaning) const {
    const auto word = words_[i].of(text_);
    return words_[i].capital && (std::binary_search(std::begin(given), std::end(given), word.substr(0, word.find('-'))) || (with_double_meaning && one_of(double_meaning, word)));
  }
  template <std::size_t n>
  bool behind(const std::string_view (&list)[n], std::size_t i) const {
    return i > 0 && words_[i].adjacent && one_of(list, words_[i - 1].of(text_));
  }

  /// One behind the last word of the name that begins at word i; 0: none does.
  std::size_t name_at(std::size_t i) const {
    const bool address = behind(addresses, i), role = behind(roles, i), agent = behind(agents, i);
    if (address && !one_of(addresses, words_[i].of(text_)) && family(i)) return is_given(i, true) && follows(i + 1) && family(i + 1) ? i + 2 : i + 1;
    const bool given_name = is_given(i, role || hinted_);
    if (given_name && !words_[i].dotted && follows(i + 1) && family(i + 1)) return i + 2;
    if (given_name && (role || agent || hinted_)) return i + 1;
    // "K. Weber"
    const bool initial = words_[i].end - words_[i].begin == 1 && is_upper(text_[words_[i].begin]) && words_[i].dotted;
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
