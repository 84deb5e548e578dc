#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "evaluator/privacy/identifiers.hpp"
#include "evaluator/privacy/phone_numbers.hpp"

namespace iai {

/// Names of persons in a note: behind a form of address ("Frau Sommer"), a given name with a family name ("Anna Weber"), or a
/// given name or an initial with a family name behind words that people act by ("geprüft von K. Weber", "operator Anna").
/// Conservative: given names that are words too (Max, Rose) count behind such words only.
/// @param persons  does the name of the column speak of them? Any given name counts then
void find_names(std::string_view text, SpokenOf persons, std::vector<Identifier>& found);

/// Common given names of central Europe, sorted.
std::span<const std::string_view> given_names();

}  // namespace iai
