#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "formats/ascii_automaton.hpp"
#include "formats/pattern.hpp"

using namespace iai;

namespace {

/// The same expression in a form that only the general engine reads.
std::string for_general_engine(const std::string& expression) { return "(?:" + expression + ")(?=)"; }

const std::string letters = "ab01AZ_- .,:\n\r\t\v\f$^+*(){}[]|\\#&~\x7F\x1F";

std::string draw_text(std::mt19937& random) {
  std::string text;
  for (auto i = random() % 7; i > 0; --i)
    text += random() % 9 == 0 ? static_cast<char>(random() % 128) : letters[random() % (random() % 2 == 0 ? 6 : letters.size())];
  return text;
}

std::string draw_expression(std::mt19937& random, int depth) {
  static const std::vector<std::string> atoms{"a",     "b",     "0",       "1",    ".",     "\\d",   "\\D",       "\\w",    "\\W",    "\\s",    "\\S",
                                              "\\.",   "\\-",   "\\[",     "[ab]", "[^ab]", "[0-9]", "[a-zA-Z_]", "[^0-9]", "[\\d_]", "[^\\w]", "[ab-]",
                                              "[-ab]", "[.+*]", "[a\\-z]", "[|]",  "-",     " ",     "#",         "ä",      "[aä]",   "[^ä]",   "(?:)"};
  static const std::vector<std::string> counts{"", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "{0}", "*?", "+?", "??", "{1,2}?"};
  // No loops within loops: the general engine gives up on some, and an automaton does not.
  static const std::vector<std::string> group_counts{"", "", "?", "??", "{2}", "{0,2}", "{0}"};
  std::string all;
  for (auto i = random() % 4; i > 0; --i) {
    const bool group = depth > 0 && random() % 3 == 0;
    if (group) all += (random() % 2 == 0 ? "(" : "(?:") + draw_expression(random, depth - 1) + ")" + group_counts[random() % group_counts.size()];
    else all += atoms[random() % atoms.size()] + counts[random() % counts.size()];
    if (random() % 5 == 0) all += "|";
  }
  return all;
}

}  // namespace

TEST_CASE("the automaton and the general engine agree on drawn expressions and texts") {
  std::mt19937 random(3);
  int judged = 0, matched = 0;
  for (int round = 0; round < 300; ++round) {
    auto expression = draw_expression(random, 2);
    if (round % 7 == 0) expression = "^" + expression;
    if (round % 5 == 0) expression += "$";
    if (!pattern_fault(expression).empty()) continue;  // the engine takes no empty loop of this kind
    const auto automaton = AsciiAutomaton::make(expression);
    Pattern general(for_general_engine(expression));
    CHECK_FALSE(AsciiAutomaton::make(for_general_engine(expression)));
    if (!automaton) continue;
    for (int i = 0; i < 30; ++i) {
      const auto text = draw_text(random);
      CAPTURE(expression);
      CAPTURE(text);
      const auto fits = automaton->matches(text);
      REQUIRE(fits);
      CHECK(*fits == general.matches(text));
      ++judged;
      matched += *fits ? 1 : 0;
    }
  }
  CHECK(judged > 3'000);
  CHECK(matched > 300);
}

TEST_CASE("every ASCII character is in the classes that the general engine has it in") {
  for (const std::string expression : {".",   "\\d", "\\D", "\\w",  "\\W", "\\s", "\\S", "[^a]", "[a-z]", "#", "&", "~", "\\#",
                                       "\\&", "\\~", "\\/", "\\\"", "%",   "@",   "<",   "=",    "!",     "'", "/", ";"}) {
    const auto automaton = AsciiAutomaton::make(expression);
    REQUIRE(automaton);
    Pattern general(for_general_engine(expression));
    for (int c = 0; c < 128; ++c) {
      const std::string text(1, static_cast<char>(c));
      CAPTURE(expression);
      CAPTURE(c);
      CHECK(*automaton->matches(text) == general.matches(text));
    }
  }
}

TEST_CASE("texts beyond ASCII and expressions beyond an automaton are the general engine's") {
  CHECK_FALSE(AsciiAutomaton::make("a.*")->matches("aü"));
  CHECK(AsciiAutomaton::make("[A-ZÄÖÜ]{2}")->matches("AB") == true);
  CHECK(Pattern("[A-ZÄÖÜ]{2}").matches("AÜ"));
  CHECK(Pattern("\\w+").matches("Größe"));
  for (const auto* expression : {"(a)\\1", "a(?=b)", "(?i)a", "a++", "a*+", "[a[bc]]", "[a&&b]", "[[:alpha:]]", "\\p{L}", "\\bword", "a{1001}",
                                 "(a|b)*a(a|b){12}", "a$b", "a^b", "(a$)", "\\u0041", "\\x41", "\\n"})
    CHECK_MESSAGE(!AsciiAutomaton::make(expression), expression);
  CHECK(AsciiAutomaton::make("SN[0-9]{9}")->matches("SN000000017") == true);
  CHECK(AsciiAutomaton::make("SN[0-9]{9}")->matches("SN00000001") == false);
  CHECK(AsciiAutomaton::make("")->matches("") == true);
}
