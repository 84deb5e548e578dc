#include "evaluator/privacy/personal_names.hpp"

#include <algorithm>

#include "evaluator/privacy/name_words.hpp"
#include "formats/ascii.hpp"

namespace iai {

namespace {

bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

struct Word {
  std::size_t begin = 0, end = 0;
  bool capital = false;  ///< one capital letter, then small ones
  bool dotted = false;   ///< a full stop behind it
  unsigned meaning = 0;
  bool adjacent = false;  ///< to the word before: a blank between, or a full stop or colon and a blank
  bool comma = false;     ///< a comma and a blank to the word before
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// Capital letters of two bytes: Latin-1 (Ä, É), and of Latin Extended-A (Ł, Š, Ž) those at even or odd places, by range.
bool begins_with_capital(std::string_view word) {
  if (is_upper(word[0])) return true;
  if (word.size() < 2) return false;
  const auto first = static_cast<unsigned char>(word[0]), second = static_cast<unsigned char>(word[1]);
  if (first == 0xC3) return second < 0x9F;
  if (first != 0xC4 && first != 0xC5 && first != 0xC8) return false;
  const unsigned code = (first & 0x1Fu) << 6 | (second & 0x3Fu);
  const bool odd = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E);
  return odd ? code % 2 == 1 : code % 2 == 0;
}

Word next_word(std::string_view text, std::size_t& at) {
  const std::size_t before = at;
  while (at < text.size() && !is_letter(text[at])) ++at;
  Word word;
  word.begin = at;
  const std::string_view gap = text.substr(before, at - before);
  word.adjacent = gap == " " || gap == ". " || gap == ": " || gap == ".";
  word.comma = gap == ", ";
  const auto joins = [&](char c) { return c == '-' || c == '\''; };
  while (at < text.size() && (is_letter(text[at]) || (joins(text[at]) && at + 1 < text.size() && is_letter(text[at + 1]) && at > word.begin))) ++at;
  word.end = at;
  word.dotted = at < text.size() && text[at] == '.';
  if (word.begin == word.end) return word;
  const auto letters = word.of(text);
  const std::size_t rest = is_upper(letters[0]) ? 1 : 2;
  word.capital = begins_with_capital(letters) && letters.size() > rest && (!is_upper(letters[rest]) || letters.starts_with("Mc"));
  // "M12a", "x_Anna": a code, no word.
  const auto joined = [](char c) { return is_digit(c) || c == '_' || c == '@'; };
  if ((word.begin > 0 && joined(text[word.begin - 1])) || (at < text.size() && joined(text[at]))) word.capital = false;
  return word;
}

class NameFinder {
 public:
  NameFinder(std::string_view text, PersonsColumn column, std::vector<Identifier>& found) : text_(text), hinted_(column == PersonsColumn::yes), found_(found) {
    if (!may_hold_one()) return;
    for (std::size_t at = 0; at < text.size();) {
      Word word = next_word(text, at);
      if (word.begin == word.end) continue;
      word.meaning = meaning(word);
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
  static constexpr unsigned telling = given_bit | ambiguous_bit | address_bit | family_bit;

  /// A word with a hyphen is what its first part is as a given name, and what its last part is as a family name.
  unsigned meaning(const Word& word) const {
    const auto letters = word.of(text_);
    const auto dash = letters.find('-');
    if (dash == std::string_view::npos) return meaning_of_name_word(letters);
    return (meaning_of_name_word(letters.substr(0, dash)) & (given_bit | ambiguous_bit | family_bit)) |
           (meaning_of_name_word(letters.substr(letters.rfind('-') + 1)) & (family_bit | thing_bit));
  }
  /// Most texts have no word that a name could go by: told without keeping anything.
  bool may_hold_one() const {
    bool addressed = false;
    for (std::size_t at = 0; at < text_.size();) {
      const Word word = next_word(text_, at);
      if (word.begin == word.end) continue;
      const bool upper = begins_with_capital(word.of(text_));
      if (upper && (addressed || (letters_of(word) == 1 ? word.dotted : (meaning(word) & telling) != 0))) return true;
      const unsigned small = upper || word.end - word.begin > 10 ? 0 : meaning_of_name_word(word.of(text_));
      addressed = (small & address_bit) != 0 || (addressed && (small & particle_bit) != 0) || word.of(text_) == "van";
    }
    return false;
  }
  std::size_t letters_of(const Word& word) const { return word.end - word.begin - (is_upper(text_[word.begin]) ? 0 : 1); }
  /// "z.B." is none, "J.R. Weber" has two.
  bool initial(std::size_t i) const {
    const std::size_t begin = words_[i].begin;
    if (begin > 1 && text_[begin - 1] == '.' && !is_upper(text_[begin - 2])) return false;
    return words_[i].dotted && letters_of(words_[i]) == 1 && begins_with_capital(words_[i].of(text_));
  }
  bool follows(std::size_t i) const { return i < words_.size() && words_[i].adjacent; }
  bool family(std::size_t i) const {
    return i < words_.size() && words_[i].capital && words_[i].end - words_[i].begin >= 3 && (words_[i].meaning & thing_bit) == 0;
  }
  bool common_family(std::size_t i) const { return family(i) && (words_[i].meaning & family_bit) != 0; }
  bool is(unsigned bits, std::size_t i) const { return i < words_.size() && words_[i].capital && (words_[i].meaning & bits) != 0; }

  /// Does a form of address stand before word i? "Sig.ra", "Dott.ssa" are two words.
  bool addressed(std::size_t i) const {
    if (i == 0 || !words_[i].adjacent) return false;
    std::size_t before = i - 1;
    const auto word = words_[before].of(text_);
    if ((word == "ra" || word == "ssa" || word == "na") && before > 0 && words_[before].adjacent) --before;
    if ((words_[before].meaning & address_bit) == 0) return false;
    if (word == "p") return words_[before].dotted && is(given_bit | family_bit, i);
    return word != "Fr" || words_[before].dotted;
  }
  bool behind(unsigned bit, std::size_t i) const { return i > 0 && words_[i].adjacent && (words_[i - 1].meaning & bit) != 0; }
  /// "Firma", "Sankt", "rue" before, perhaps with "de la" between.
  bool behind_no_person(std::size_t i) const {
    for (int steps = 0; steps < 3 && i > 0 && words_[i].adjacent; ++steps, --i) {
      if ((words_[i - 1].meaning & before_no_person) != 0) return true;
      if ((words_[i - 1].meaning & particle_bit) == 0) return false;
    }
    return false;
  }
  /// The word behind the particles from word i on: "van der".
  std::size_t behind_particles(std::size_t i) const {
    for (int count = 0; count < 3 && follows(i) && (words_[i].meaning & particle_bit) != 0; ++count) ++i;
    return i;
  }
  /// One behind the family name that begins at word i, with particles; 0 when none does.
  std::size_t family_from(std::size_t i) const {
    if (!follows(i)) return 0;
    const std::size_t name = behind_particles(i);
    return follows(name) && family(name) ? name + 1 : 0;
  }
  bool is_firm(std::size_t first, std::size_t last) const {
    for (std::size_t i = first; i < last; ++i)
      if (firm_follows(text_, words_[i].end)) return true;
    return behind_no_person(first) || is_firm_name(text_.substr(words_[first].begin, words_[last - 1].end - words_[first].begin)) ||
           (follows(last) && words_[last].capital && (words_[last].meaning & thing_bit) != 0 && !words_[last - 1].dotted && text_[words_[last - 1].end] == ' ');
  }

  /// One behind the last word of the name that begins at word i; 0: none does.
  std::size_t name_at(std::size_t i) const {
    const std::size_t last = candidate_at(i);
    return last == 0 || (!addressed(i) && !hinted_ && is_firm(i, last)) ? 0 : last;
  }

  std::size_t candidate_at(std::size_t i) const {
    if (addressed(i)) {
      const std::size_t name = behind_particles(i);
      if (family(name) && (words_[name].meaning & address_bit) == 0) {
        const std::size_t last = is(given_bit | ambiguous_bit, name) ? family_from(name + 1) : 0;
        return last > 0 ? last : name + 1;
      }
    }
    const bool first_letter = initial(i);
    if (!words_[i].capital && !first_letter) return 0;
    const bool role = behind(role_bit, i), acts = role || (behind(agent_bit, i) && !words_[i - 1].dotted) || hinted_;
    if (first_letter) return initial_name(i, acts);
    if (is(given_bit, i) || ((role || hinted_) && is(ambiguous_bit, i))) return given_name(i, acts);
    const std::size_t second = family_from(i + 1);
    // "Max Weber", and what is in no list of given names: "Xenia Kowalska".
    if (second > 0 && !words_[i].dotted && common_family(second - 1) && (is(ambiguous_bit, i) || (family(i) && acts))) return second;
    // "by Milan Stahr", "Vera van Oosten", "Jente van der Loo"
    if (second > 0 && !words_[i].dotted && is(ambiguous_bit, i) && (acts || words_[i + 1].of(text_) == "van")) return second;
    if (second > i + 3 && family(i) && words_[i + 1].of(text_) == "van" && words_[i + 2].of(text_) != "de") return second;
    // "Weber, Anna"
    if (family(i) && i + 1 < words_.size() && words_[i + 1].comma && (is(given_bit, i + 1) || (common_family(i) && is(ambiguous_bit, i + 1)))) return i + 2;
    return role && common_family(i) ? i + 1 : 0;
  }

  /// "Anna Weber", "Anna Maria de Vries", "Anna W.", and "Anna" alone where the text says that she acts.
  std::size_t given_name(std::size_t i, bool acts) const {
    if (!words_[i].dotted) {
      if (const std::size_t last = family_from(i + 1); last > 0) {
        const std::size_t further = is(given_bit | ambiguous_bit, last - 1) ? family_from(last) : 0;
        return further > 0 ? further : last;
      }
      if (follows(i + 1) && initial(i + 1)) return i + 2;
    }
    if (i + 1 < words_.size() && words_[i + 1].comma && family(i) && is(given_bit, i + 1)) return i + 2;  // "Oliver, Sharon"
    return acts ? i + 1 : 0;
  }

  /// "K. Weber", "K.-H. Weber"; any family name where the text says that it acts.
  std::size_t initial_name(std::size_t i, bool acts) const {
    const std::size_t last = family_from(i + 1);
    if (last == 0) return 0;
    if (acts || common_family(last - 1) || text_[words_[i].begin] == 'M') return last;
    // "seal changed, K. Gude informed", "K. Gude, 0711 123456": not "A. Kolben prüfen"
    const std::size_t begin = words_[i].begin, end = words_[last - 1].end;
    const bool behind_sign = begin > 0 && (text_[begin - 1] == '(' || (begin > 1 && text_[begin - 2] == ','));
    return behind_sign || (begin == 0 && end < text_.size() && (text_[end] == ',' || text_.substr(end, 2) == " (")) ? last : 0;
  }

  std::string_view text_;
  bool hinted_;
  std::vector<Identifier>& found_;
  std::vector<Word> words_;
};

}  // namespace

void find_names(std::string_view text, PersonsColumn column, std::vector<Identifier>& found) { NameFinder(text, column, found).find(); }

}  // namespace iai
