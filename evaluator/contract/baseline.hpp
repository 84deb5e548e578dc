#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "formats/json.hpp"

namespace iai {

/// What makes a finding the same in another run: neither rows nor lines, which move.
struct FindingKey {
  std::string_view rule, file, column, value;
};

/// 16 hexadecimal digits of the SHA-256 of a finding.
std::string fingerprint(const FindingKey& finding);

/// Findings that are known, by rule, file, column and a hash of the value, each with the number of cells. No value is
/// kept, and personal ones are not even hashed: values of a small domain come back from their hashes.
class Baseline {
 public:
  /// @throws Error(input) when the file cannot be read or is no baseline.
  static Baseline read(const std::filesystem::path& path);
  /// The same bytes for the same findings, whatever their order.
  std::string text() const;

  /// @throws Error(input) over a million different findings.
  void add(const FindingKey& finding);
  /// Takes one cell of a finding out. @returns false when there is none left.
  bool take(const FindingKey& finding);
  /// Findings of `hidden` rules and columns keep their number only.
  void forget_values(const std::function<bool(const std::string& rule, const std::string& column)>& hidden);
  /// Cells that are in it.
  std::int64_t cells() const;

 private:
  struct Place {
    std::string rule, file, column;
    auto operator<=>(const Place&) const = default;
  };
  struct Known {
    std::int64_t cells = 0;                      ///< whatever their value
    std::map<std::string, std::int64_t> values;  ///< by fingerprint
  };
  std::map<Place, Known> places_;
  std::size_t entries_ = 0;
};

}  // namespace iai
