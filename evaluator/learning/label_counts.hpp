#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// Labels that may occur.
struct LabelValues {
  RuleHead head;
  std::vector<std::string> values;  ///< as written; a number is met by any way to write it
};

/// How often each label must occur.
struct LabelBalance {
  RuleHead head;
  enum class Per { table, split, group } per = Per::table;
  std::optional<double> least_share, most_share;
  std::int64_t least_rows = 0;
};

/// A grid of ranges of columns, each cell of which must hold rows.
struct OperatingGrid {
  RuleHead head;
  std::vector<std::pair<std::string, std::vector<double>>> axes;  ///< column and its edges; the last range includes its end
  std::int64_t least_rows = 1;
  std::string split;  ///< the rows that count; empty: all
  std::size_t cells() const;
};

class LabelCounts : public LearningPart {
 public:
  LabelCounts(const LabelValues* values, const LabelBalance* balance);
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;
  void use(ViolationLog& log) { log_ = &log; }  ///< for cells, which are reported in their row

 private:
  struct Label {
    std::string shown;
    std::map<std::size_t, std::int64_t> rows;  // by place
  };
  void check_value(const LearningTable& table, const Cell& label);
  void count(const LearningTable& table, const Cell& label);
  void judge(const std::string& place, std::int64_t all, const std::string& shown, std::int64_t rows, ViolationLog& log) const;

  const LabelValues* values_;
  const LabelBalance* balance_;
  ViolationLog* log_ = nullptr;
  std::unordered_set<std::string> texts_;
  std::vector<double> numbers_;
  std::map<std::string, Label> labels_;                    // by value
  std::unordered_map<std::string, std::size_t> places_;    // splits or groups
  std::vector<std::pair<std::string, std::int64_t>> all_;  // of each: name and rows with a label
  std::size_t counters_ = 0;
  bool too_many_ = false;
  std::string key_, text_;
};

class GridCounts : public LearningPart {
 public:
  explicit GridCounts(const OperatingGrid& grid) : grid_(grid), rows_(grid.cells(), 0) {}
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  const OperatingGrid& grid_;
  std::vector<std::int64_t> rows_;
};

}  // namespace iai
