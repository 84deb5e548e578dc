#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// What is wrong with a regular expression; empty when nothing is.
std::string pattern_fault(const std::string& expression);

/// A regular expression (ICU's dialect) that whole texts are held against, with time and stack bounded: neither a hostile
/// text nor a careless expression can stop the work. @source Unicode Technical Standard 18
class Pattern {
 public:
  /// @throws Error(usage) when it is no regular expression.
  explicit Pattern(const std::string& expression);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  /// Does the whole of `text` (UTF-8) match? A match that takes too long counts as none.
  bool matches(std::string_view text);
  /// What the groups in parentheses caught, the first first; nothing where the whole text does not match.
  std::optional<std::vector<std::string>> groups(std::string_view text);
  int group_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace iai
