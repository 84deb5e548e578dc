#pragma once

#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// What features tell as whole columns, over all rows of the table. A null rule does not hold.
struct ColumnFactRules {
  const RuleHead* constant = nullptr;   ///< a feature has two values at least
  const RuleHead* duplicate = nullptr;  ///< no two features are equal row by row (by 128 bits of hash)
};

class ColumnFacts : public LearningPart {
 public:
  ColumnFacts(const ColumnFactRules& rules, std::size_t features) : rules_(rules), columns_(features) {}
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  struct OneColumn {
    std::uint64_t high = 0x69, low = 0x61;  // of all values so far
    std::string value, shown;               // the first, as it counts and as written
    std::int64_t present = 0;
    bool varies = false;
  };
  ColumnFactRules rules_;
  std::vector<OneColumn> columns_;
  std::int64_t rows_ = 0;
  std::string key_;
};

}  // namespace iai
