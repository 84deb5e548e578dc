#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// A regular expression as a finite automaton: one step a byte, whatever the text. It judges texts of ASCII characters and
/// leaves all others to the engine whose expressions it reads (ICU's), with which it agrees.
/// @source K. Thompson, "Regular Expression Search Algorithm", CACM 11 (1968); M. Rabin, D. Scott, "Finite Automata and Their
/// Decision Problems", IBM Journal 3 (1959), section 1 (subset construction)
class AsciiAutomaton {
 public:
  /// Nothing when the expression needs more than an automaton or an unusual word of ICU's (look-around, back references,
  /// flags, possessive quantifiers, sets of sets), or over 256 states.
  static std::optional<AsciiAutomaton> make(std::string_view expression);

  /// Does the whole of `text` match? Nothing when that depends on a character beyond ASCII.
  std::optional<bool> matches(std::string_view text) const {
    std::uint16_t state = 0;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80) return std::nullopt;
      state = next_[state][byte];
      if (state == dead) return false;
    }
    return accepts_[state] != 0;
  }

 private:
  static constexpr std::uint16_t dead = 0xFFFF;
  std::vector<std::array<std::uint16_t, 128>> next_;
  std::vector<std::uint8_t> accepts_;
};

}  // namespace iai
