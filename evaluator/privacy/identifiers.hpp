#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace iai {

/// Personal and business identifiers that texts hold.
enum class IdentifierKind : std::uint8_t { iban, vat, tax_id, social_insurance, card, vin, email, phone, name };
constexpr int identifier_kinds = 9;

/// A set of kinds.
class IdentifierKinds {
 public:
  constexpr bool has(IdentifierKind kind) const { return (bits_ >> static_cast<int>(kind) & 1u) != 0; }
  constexpr void add(IdentifierKind kind) { bits_ |= 1u << static_cast<int>(kind); }
  static constexpr IdentifierKinds all() {
    IdentifierKinds kinds;
    kinds.bits_ = (1u << identifier_kinds) - 1;
    return kinds;
  }

 private:
  unsigned bits_ = 0;
};

enum class Evidence : std::uint8_t {
  look_alike,  ///< the shape of an identifier whose check digits are wrong
  verified,    ///< check digits are right, or the form leaves no doubt
};

/// Where one lies in a text, in bytes.
struct Identifier {
  IdentifierKind kind = IdentifierKind::iban;
  Evidence evidence = Evidence::verified;
  std::size_t begin = 0, end = 0;
};

/// Kinds that the name of a column speaks of ("Telefon", "VIN"): their looser forms count there.
IdentifierKinds kinds_of_column(std::string_view name);

/// Appends what `text` (UTF-8) holds of `wanted`, in order, without overlaps. IBAN, VAT number, tax id, insurance number, card
/// and VIN by their check digits (evaluator/privacy/check_digits.hpp), also in groups; e-mail addresses by RFC 5321 section 4.1.2
/// (the forms in use: dotted atoms, a domain with letters at its end); telephone numbers in international form (ITU-T E.164) and
/// in national forms that are told by their writing, or near a word such as Telefon or a name (phone_numbers.hpp);
/// names of persons behind a form of address or a given name, where the text speaks of people (personal_names.hpp).
/// @param hinted  kinds_of_column() of the cell's column
void find_identifiers(std::string_view text, IdentifierKinds wanted, IdentifierKinds hinted, std::vector<Identifier>& found);

}  // namespace iai
