#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "evaluator/contract/rule_family.hpp"
#include "evaluator/data/external_sort.hpp"
#include "evaluator/profile/sketches.hpp"

namespace iai {

/// What may single a person out, and how many must share it.
struct AnonymityRule {
  std::vector<std::string> quasi_identifiers;
  std::string sensitive;  ///< empty: no diversity is asked for
  std::int64_t k = 5, l = 2;
  std::optional<RuleHead> k_head, l_head;
};

/// k-anonymity: each combination of quasi-identifiers (as written; no value is a value) stands in k rows at least.
/// l-diversity: the rows of each combination hold l different sensitive values at least (distinct l-diversity). Over all
/// files of a table, sorted outside of memory.
/// @source Sweeney, "k-anonymity: a model for protecting privacy" (2002); Machanavajjhala et al., "l-diversity" (2007)
class AnonymityCheck {
 public:
  AnonymityCheck(const AnonymityRule& rule, ViolationLog& log) : rule_(rule), log_(log) {}
  void start_file(const CheckedFile& file);
  void row(const Row& row);
  void end_table();

 private:
  /// A row, in a fixed size so that rows can be sorted outside of memory.
  struct Key {
    Hash128 hash, sensitive;  ///< of the quasi-identifiers, of the sensitive value
    std::uint64_t file = 0;   ///< place in the order of reading
    std::int64_t row = 0, line = 0;
    std::uint64_t byte = 0;
  };
  struct Before {
    bool operator()(const Key& a, const Key& b) const { return std::tie(a.hash, a.file, a.row) < std::tie(b.hash, b.file, b.row); }
  };
  struct Group;
  void judge(const Group& group);
  void report(const RuleHead& head, const Key& key, std::string message);
  std::string column_names() const;

  const AnonymityRule& rule_;
  ViolationLog& log_;
  std::map<std::uint64_t, std::string> files_;  // by place in the order of reading
  std::uint64_t order_ = 0;
  std::vector<std::size_t> columns_;  // of the file; empty: it lacks one
  std::optional<std::size_t> sensitive_;
  std::string text_;
  ExternalSort<Key, Before> keys_{std::size_t{1} << 19};
};

}  // namespace iai
