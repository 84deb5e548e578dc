#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "evaluator/privacy/identifiers.hpp"

namespace iai {

/// Does the name of the column speak of persons ("Bediener", "Name")?
enum class PersonsColumn : std::uint8_t { no, yes };

/// Names of persons in a note of any language of Europe: behind a form of address ("Frau Sommer", "Mme Dupont", "dhr. de Vries"), a
/// given name with a family name ("Anna Weber", "Vincent van der Ploeg", "Weber, Anna"), a common family name behind an initial or
/// another word with a capital ("K. Weber", "Xenia Kowalska"), and a given name alone or an initial with any family name behind words
/// that people act by ("operator Anna", "geprüft von K. Gude"). Conservative: given names that are words too (Max, Rose) count beside
/// a common family name or behind such words only, and firms, streets and places that are named like persons do not count.
/// @param column  yes: any given name counts
void find_names(std::string_view text, PersonsColumn column, std::vector<Identifier>& found);

}  // namespace iai
