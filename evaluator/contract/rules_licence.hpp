#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// What a licence forbids or asks for, as far as it decides what data may be used for.
struct LicenceTerms {
  bool non_commercial = false;  ///< also research_only
  bool research_only = false;
  bool no_derivatives = false;
  bool share_alike = false;  ///< what is made from the data goes under the same licence
  bool proprietary = false;  ///< may not be passed on under an open licence
};

/// The terms of an SPDX identifier; nothing for one that is not known (LicenseRef-..., NOASSERTION).
/// @source SPDX License List 3.25; the licences' own texts
std::optional<LicenceTerms> terms_of_licence(std::string_view spdx);

enum class Purpose { research, internal, commercial };

/// Keys "licence" and "purpose" of a contract, and the rules that follow from them.
struct LicenceRules {
  struct Entry {
    std::string id;
    std::optional<LicenceTerms> terms;  ///< nothing: they are not known
    std::vector<std::string> files;     ///< globs
  };
  std::vector<Entry> entries;
  std::optional<Purpose> purpose;
  std::optional<RuleHead> unknown, non_commercial, no_derivatives, share_alike;  ///< absent: does not hold
  std::vector<const RuleHead*> rules() const;
};

LicenceRules parse_licences(const Yaml& root, RuleHeads& heads);
/// One violation for each licence that does not fit, and one for the files that none covers.
/// @param names  all files of the data set, sorted
void check_licences(const LicenceRules& rules, const std::vector<std::string>& names, ViolationLog& log);

}  // namespace iai
