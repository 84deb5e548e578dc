#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// The entry of `known` nearest to `word` by Damerau-Levenshtein distance (optimal string alignment), the first among
/// equals; empty when none is near (distance over a third of the longer word, at least 1 is allowed).
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

/// "did you mean 'quantize'?" or, when nothing is near, `otherwise`.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, const std::string& otherwise = {});

}  // namespace iai
