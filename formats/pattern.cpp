#include "formats/pattern.hpp"

#include <unordered_map>

#include <unicode/regex.h>

#include "formats/ascii_automaton.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::int32_t most_steps = 1000;  // of about a microsecond to a millisecond each, says ICU
constexpr std::int32_t most_stack_bytes = 1 << 20;
constexpr std::size_t most_remembered = 4096, longest_remembered = 64;

}  // namespace

struct Pattern::State {
  std::optional<AsciiAutomaton> automaton;
  std::unique_ptr<icu::RegexMatcher> matcher;
  std::unordered_map<std::string, bool> known;  // columns hold few texts, or all different ones
};

std::string pattern_fault(const std::string& expression) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::RegexMatcher matcher(icu::UnicodeString::fromUTF8(expression), 0, error);
  return U_SUCCESS(error) ? std::string() : u_errorName(error);
}

Pattern::Pattern(const std::string& expression) : state_(std::make_unique<State>()) {
  UErrorCode error = U_ZERO_ERROR;
  state_->matcher = std::make_unique<icu::RegexMatcher>(icu::UnicodeString::fromUTF8(expression), 0, error);
  if (U_FAILURE(error)) throw Error(ErrorKind::usage, "'" + expression + "' is no regular expression: " + u_errorName(error));
  state_->matcher->setTimeLimit(most_steps, error);
  state_->matcher->setStackLimit(most_stack_bytes, error);
  state_->automaton = AsciiAutomaton::make(expression);
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;

bool Pattern::matches(std::string_view text) {
  if (state_->automaton)
    if (const auto fits = state_->automaton->matches(text)) return *fits;
  const bool short_text = text.size() <= longest_remembered;
  if (short_text) {
    const auto known = state_->known.find(std::string(text));
    if (known != state_->known.end()) return known->second;
  }
  UErrorCode error = U_ZERO_ERROR;
  const auto wide = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  state_->matcher->reset(wide);
  const bool fits = state_->matcher->matches(error) != 0 && U_SUCCESS(error) != 0;
  if (short_text && state_->known.size() < most_remembered) state_->known.emplace(text, fits);
  return fits;
}

int Pattern::group_count() const { return state_->matcher->groupCount(); }

std::optional<std::vector<std::string>> Pattern::groups(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto wide = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  state_->matcher->reset(wide);
  if (state_->matcher->matches(error) == 0 || U_FAILURE(error) != 0) return std::nullopt;
  std::vector<std::string> caught;
  for (std::int32_t group = 1; group <= group_count(); ++group) state_->matcher->group(group, error).toUTF8String(caught.emplace_back());
  return U_SUCCESS(error) != 0 ? std::optional(std::move(caught)) : std::nullopt;
}

}  // namespace iai
