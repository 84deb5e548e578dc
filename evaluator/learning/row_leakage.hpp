#pragma once

#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// Rows with equal features. A null rule does not hold.
struct RowLeakageRules {
  const RuleHead* duplicates = nullptr;  ///< none of them lie in two splits
  const RuleHead* conflicts = nullptr;   ///< all of them have one label
};

/// Exact: features are equal when 128 bits of their hash are. Keeps 56 bytes of every row, sorted outside of memory.
class RowLeakage : public LearningPart {
 public:
  explicit RowLeakage(const RowLeakageRules& rules) : rules_(rules), rows_(std::size_t{1} << 18) {}
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  struct HashedRow {
    Hash128 features;
    std::uint64_t label = 0;  ///< hash; 0: there is none
    RowPlace place;
  };
  struct Before {
    bool operator()(const HashedRow& a, const HashedRow& b) const { return a.features != b.features ? a.features < b.features : a.place.before(b.place); }
  };
  void follow(const HashedRow& row);

  RowLeakageRules rules_;
  ExternalSort<HashedRow, Before> rows_;
  std::string key_;
  bool any_ = false;
  Hash128 features_;                // of the rows that are equal
  HashedRow labelled_;              // their first with a label
  std::vector<RowPlace> of_split_;  // their first in each split
  RowPairs duplicates_, conflicts_;
};

}  // namespace iai
