#include "evaluator/contract/rules_licence.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluator/contract/contract.hpp"
#include "evaluator/contract/violations.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace {

constexpr std::string_view free_licences[] = {
    "0BSD",         "Apache-2.0",     "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",  "CDLA-Permissive-1.0", "CDLA-Permissive-2.0",
    "DL-DE-BY-2.0", "DL-DE-ZERO-2.0", "etalab-2.0",   "MIT",          "NLOD-2.0", "ODC-By-1.0",          "OGL-UK-3.0",
    "PDDL-1.0",     "Unlicense"};
constexpr std::string_view share_alike_licences[] = {"AGPL-3.0-only", "AGPL-3.0-or-later", "CDLA-Sharing-1.0", "GFDL-1.3-only",    "GFDL-1.3-or-later",
                                                     "GPL-2.0-only",  "GPL-2.0-or-later",  "GPL-3.0-only",     "GPL-3.0-or-later", "ODbL-1.0"};
constexpr std::string_view creative_commons_versions[] = {"1.0", "2.0", "2.5", "3.0", "4.0"};
const std::vector<std::string> purpose_names{"research", "internal", "commercial"};
const std::vector<std::string> term_names{"non-commercial", "research-only", "no-derivatives", "share-alike", "proprietary"};

template <std::size_t n>
bool one_of(const std::string_view (&list)[n], std::string_view id) {
  return std::find(std::begin(list), std::end(list), id) != std::end(list);
}

/// "CC-BY-NC-SA-4.0" and its like.
std::optional<LicenceTerms> creative_commons(std::string_view id) {
  const auto dash = id.rfind('-');
  if (!id.starts_with("CC-BY-") || !one_of(creative_commons_versions, id.substr(dash + 1))) return std::nullopt;
  LicenceTerms terms;
  std::string_view middle = dash > 6 ? id.substr(6, dash - 6) : std::string_view();
  if (middle == "NC" || middle.starts_with("NC-")) {
    terms.non_commercial = true;
    middle.remove_prefix(std::min<std::size_t>(3, middle.size()));
  }
  terms.share_alike = middle == "SA";
  terms.no_derivatives = middle == "ND";
  return middle.empty() || terms.share_alike || terms.no_derivatives ? std::optional(terms) : std::nullopt;
}

LicenceTerms declared_terms(const Yaml& node) {
  LicenceTerms terms;
  if (node.is_list() && node.items().empty()) return terms;
  for (const auto& name : node.texts()) {
    if (std::find(term_names.begin(), term_names.end(), name) == term_names.end())
      node.fail("'" + name + "' is no term",
                did_you_mean(name, term_names, "non-commercial, research-only, no-derivatives, share-alike or proprietary; [] for none of them"));
    terms.non_commercial = terms.non_commercial || name == "non-commercial" || name == "research-only";
    terms.research_only = terms.research_only || name == "research-only";
    terms.no_derivatives = terms.no_derivatives || name == "no-derivatives";
    terms.share_alike = terms.share_alike || name == "share-alike";
    terms.proprietary = terms.proprietary || name == "proprietary";
  }
  return terms;
}

LicenceRules::Entry parse_entry(const Yaml& node) {
  if (!node.is_map()) return {node.text(), terms_of_licence(node.text()), {"**"}};
  node.allow_keys({"id", "files", "terms"});
  LicenceRules::Entry entry{node.at("id").text(), {}, {"**"}};
  entry.terms = terms_of_licence(entry.id);
  if (const auto* terms = node.find("terms")) entry.terms = declared_terms(*terms);
  if (const auto* files = node.find("files")) entry.files = files->texts();
  return entry;
}

/// An entry and the files that go by it.
struct Used {
  const LicenceRules::Entry* entry;
  std::size_t files;
};

std::string named(const Used& used) { return fmt::format("{} ({} {})", used.entry->id, used.files, used.files == 1 ? "file" : "files"); }

void report(const std::optional<RuleHead>& head, std::string file, std::string message, ViolationLog& log) {
  if (!head) return;
  Violation violation;
  violation.file = std::move(file);
  violation.message = violation.discreet = std::move(message);
  log.report(*head, std::move(violation));
}

void check_one(const LicenceRules& rules, const Used& used, ViolationLog& log) {
  const auto& terms = used.entry->terms;
  if (!terms) return report(rules.unknown, "", named(used) + ": its terms are not known", log);
  if (!rules.purpose) return;
  const auto& purpose = purpose_names[static_cast<std::size_t>(*rules.purpose)];
  if (terms->non_commercial && *rules.purpose != Purpose::research)
    report(rules.non_commercial, "",
           fmt::format("{} allows {}, the purpose is {}", named(used), terms->research_only ? "research only" : "no commercial use", purpose), log);
  if (terms->no_derivatives && *rules.purpose == Purpose::commercial)
    report(rules.no_derivatives, "", fmt::format("{} forbids to pass on what is made from the data, the purpose is {}", named(used), purpose), log);
}

/// Share-alike beside what cannot go under the same licence.
void check_together(const LicenceRules& rules, const std::vector<Used>& used, ViolationLog& log) {
  if (!rules.purpose || *rules.purpose == Purpose::research) return;
  for (const auto& one : used) {
    if (!one.entry->terms || !one.entry->terms->share_alike) continue;
    for (const auto& other : used) {
      if (!other.entry->terms || other.entry->id == one.entry->id) continue;
      const auto& terms = *other.entry->terms;
      const bool later = terms.share_alike && &other > &one;  // a pair is told once
      if (!terms.proprietary && !later) continue;
      report(rules.share_alike, "",
             fmt::format("{} claims what is made from it, but {} {}", named(one), named(other), terms.proprietary ? "is not to be passed on" : "claims it too"),
             log);
    }
  }
}

}  // namespace

std::optional<LicenceTerms> terms_of_licence(std::string_view spdx) {
  LicenceTerms terms;
  if (spdx == "proprietary") terms.proprietary = true;
  else if (one_of(share_alike_licences, spdx)) terms.share_alike = true;
  else if (!one_of(free_licences, spdx)) return creative_commons(spdx);
  return terms;
}

std::vector<const RuleHead*> LicenceRules::rules() const {
  std::vector<const RuleHead*> list;
  for (const auto* head : {&unknown, &non_commercial, &no_derivatives, &share_alike})
    if (*head) list.push_back(&**head);
  return list;
}

LicenceRules parse_licences(const Yaml& root, RuleHeads& heads) {
  LicenceRules rules;
  const auto *licence = root.find("licence"), *purpose = root.find("purpose");
  if (licence == nullptr && purpose == nullptr) return rules;
  if (licence != nullptr && licence->is_list())
    for (const Yaml& item : licence->items()) rules.entries.push_back(parse_entry(item));
  else if (licence != nullptr) rules.entries.push_back(parse_entry(*licence));
  Severity severity = Severity::error;
  if (purpose != nullptr) {
    if (purpose->is_map()) purpose->allow_keys({"use", "severity"});
    const Yaml& use = purpose->is_map() ? purpose->at("use") : *purpose;
    const auto found = std::find(purpose_names.begin(), purpose_names.end(), use.text());
    if (found == purpose_names.end())
      use.fail("'" + use.text() + "' is no purpose", did_you_mean(use.text(), purpose_names, "research, internal or commercial"));
    rules.purpose = static_cast<Purpose>(found - purpose_names.begin());
    if (const auto* word = purpose->is_map() ? purpose->find("severity") : nullptr) severity = parse_severity(*word);
  }
  if (severity == Severity::allow) return {};
  const auto make = [&](const char* id, const char* meaning) {
    RuleHead head = heads.head(id, nullptr, severity);
    head.meaning = meaning;
    return head;
  };
  rules.unknown = make("licence/unknown", "Each file has a licence whose terms are known");
  if (!rules.purpose) return rules;
  rules.non_commercial = make("licence/non-commercial", "No licence forbids the purpose");
  rules.no_derivatives = make("licence/no-derivatives", "What is made from the data may be passed on");
  rules.share_alike = make("licence/share-alike", "The licences can be met together");
  return rules;
}

void check_licences(const LicenceRules& rules, const std::vector<std::string>& names, ViolationLog& log) {
  if (rules.rules().empty()) return;
  std::vector<Used> used;
  for (const auto& entry : rules.entries) used.push_back({&entry, 0});
  std::vector<std::string> bare;
  for (const auto& name : names) {
    const auto covers = [&](const Used& one) {
      return std::any_of(one.entry->files.begin(), one.entry->files.end(), [&](const auto& glob) { return matches_path_glob(glob, name); });
    };
    const auto found = std::find_if(used.begin(), used.end(), covers);
    if (found == used.end()) bare.push_back(name);
    else ++found->files;
  }
  std::erase_if(used, [](const Used& one) { return one.files == 0; });
  if (!bare.empty())
    report(rules.unknown, bare[0], bare.size() == 1 ? "no licence covers this file" : fmt::format("no licence covers this file, nor {} more", bare.size() - 1),
           log);
  for (const auto& one : used) check_one(rules, one, log);
  check_together(rules, used, log);
}

}  // namespace iai
