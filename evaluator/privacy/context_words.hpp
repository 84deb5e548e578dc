#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace iai {

/// What the words beside a number say that it is.
enum class SpokenOf : std::uint8_t {
  nothing,
  phone,    ///< "Tel.", "erreichbar unter", "rappeler le"
  card,     ///< "Kreditkarte", "paid by card"
  vehicle,  ///< "FIN", "chassis"
  other,    ///< another number: "SN", "Artikel", "Fehlercode"
};

/// The nearest word before `at` that says something, of the last four; one that names another number counts right beside it.
SpokenOf spoken_of_before(std::string_view text, std::size_t at);
/// The same of the word behind `end`: "0711 123456 anrufen".
SpokenOf spoken_of_behind(std::string_view text, std::size_t end);

}  // namespace iai
